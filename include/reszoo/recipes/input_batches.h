/// Runs a predictor over tables and images of any number, some at a time.
#pragma once
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "reszoo/data/table_stream.h"
#include "reszoo/infer/predictor.h"

namespace reszoo {

/// How inputs are read.
struct InputOptions {
  std::vector<std::string> keep = {};  ///< columns of a table to pass on with each batch
  TableReadOptions table = {};
  int64_t most = 0;  ///< images of a folder, spread over all of it; 0: all
};

/// Some rows, or some images, ready for the network.
struct InputBatch {
  Tensor input;
  std::vector<std::string> images = {};                ///< their paths; empty for rows of a table or a set in memory
  std::shared_ptr<const arrow::Table> kept = nullptr;  ///< of rows: the columns that are passed on
};

using InputVisitor = std::function<void(const InputBatch&)>;

/// Calls `visit` with each batch of a table, an image, a folder of images (JPEG and PNG at any depth, by path), or the
/// test images of a folder of IDX or CIFAR files. A table of any size is read in parts that fit into memory; images are
/// decoded by all threads.
///
///     auto predictor = open_predictor("model.safetensors");
///     TableWriter out("predictions.parquet");
///     for_each_batch(predictor, "rows.parquet", {.keep = {"id"}}, [&](const InputBatch& batch) {
///       out.write(predictor.table(predictor.outputs(batch.input)), batch.kept);
///     });
///     out.finish();
///
/// Throws: Error that names the file or row.
void for_each_batch(const Predictor& predictor, const std::filesystem::path& path, const InputOptions& options,
                    const InputVisitor& visit);

/// The same for a table from a stream, which messages name `name`.
void for_each_batch(const Predictor& predictor, std::istream& stream, const std::string& name,
                    const InputOptions& options, const InputVisitor& visit);

/// Whether the path is an image or a folder of them.
bool holds_images(const std::filesystem::path& path);

}  // namespace reszoo
