/// Tables from and to other libraries in the same process, by Arrow's C data interface.
#pragma once
#include "reszoo/preprocess/frame.h"

struct ArrowArray;
struct ArrowArrayStream;
struct ArrowSchema;

namespace reszoo {

/// Converts a record batch. Types are converted as `read_table` converts those of a file. The structures are released,
/// also if the call fails.
/// Throws: Error (input) that names the column for two with the same name, or a type that is neither numeric, text nor
/// time; for structures that are not a record batch.
Frame frame_from_arrow(ArrowSchema* schema, ArrowArray* batch);

/// Converts all batches of a stream, which pandas, polars and databases export. The stream is released.
/// Throws: as above, and Error (input) with the message of a stream that fails.
Frame frame_from_arrow(ArrowArrayStream* stream);

/// Fills two structures of the caller, who releases them: numbers are float64, text is a dictionary of strings, dates
/// are `date32` or timestamps, missing values are null.
void frame_to_arrow(const Frame& frame, ArrowSchema* schema, ArrowArray* batch);

/// Fills a stream of the caller, who releases it: the same as one batch.
void frame_to_arrow(const Frame& frame, ArrowArrayStream* stream);

}  // namespace reszoo
