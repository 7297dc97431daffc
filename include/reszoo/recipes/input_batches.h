/// Reads tables of any size and any number of images in batches for a predictor.
#pragma once
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "reszoo/data/encoded_images.h"
#include "reszoo/data/image_rows.h"
#include "reszoo/data/table_stream.h"
#include "reszoo/infer/predictor.h"

namespace reszoo {

/// The blocks of inputs that one of several processes visits: of a table its parts, of images a few at a time. A data
/// set in memory is one block.
struct InputShare {
  int64_t first = 0, of = 1;  ///< every `of`-th block from `first` on
  int64_t blocks = 0;         ///< blocks of all inputs so far
  /// Called behind each visited block, with the images that were left out of it.
  std::function<void(const LeftOut&)> on_block = {};

  /// Counts a block; returns whether to visit it.
  bool takes_next() { return blocks++ % of == first; }
};

/// Options of `for_each_batch`.
struct InputOptions {
  std::vector<std::string> keep = {};  ///< columns of a table to pass through with each batch
  TableReadOptions table = {};
  int64_t most = 0;  ///< largest number of images of a folder, evenly spread over it; 0: all
  /// What to do with damaged images, and with missing files that a table names: automatic is stop.
  OnBadImage on_bad = OnBadImage::automatic;
  std::string path_column = {};           ///< column of the paths of images in a table; see ImageReadOptions
  std::filesystem::path image_root = {};  ///< the folder of relative paths in a table; "": the table's folder
  std::function<void(const std::string& line)> on_note = {};  ///< called for each image that is left out
  InputShare* share = nullptr;                                ///< null: all blocks
};

/// A batch of rows or images, ready for the network.
struct InputBatch {
  Tensor input;
  std::vector<std::string> images = {};  ///< paths of the images; empty for tables and for data sets in memory
  std::shared_ptr<const arrow::Table> kept = nullptr;  ///< for tables: the columns of `InputOptions::keep`
  UnseenCounts unseen = {};                            ///< for tables: what the model did not see in training
};

using InputVisitor = std::function<void(const InputBatch&)>;

/// Calls `visit` with each batch of a table, the images of a path (see find_images), or the test images of a folder of
/// IDX or CIFAR files (the training images if there are no others). For a model of images, a table is a list of image
/// files. A table of any size is read in parts that fit into memory. Images are decoded by all threads. Returns what is
/// left out: files that are no images and, with `on_bad` skip, damaged images, unless `share` gets those.
///
///     auto predictor = open_predictor("model.safetensors");
///     TableWriter out("predictions.parquet");
///     for_each_batch(predictor, "rows.parquet", {.keep = {"id"}}, [&](const InputBatch& batch) {
///       out.write(predictor.table(predictor.outputs(batch.input)), batch.kept);
///     });
///     out.finish();
///
/// Throws: Error, which names the file or row.
LeftOut for_each_batch(const Predictor& predictor, const std::filesystem::path& path, const InputOptions& options,
                       const InputVisitor& visit);

/// Does the same for images that are known already, such as those of `images_in_files`.
LeftOut for_each_batch(const Predictor& predictor, EncodedImages images, const InputOptions& options,
                       const InputVisitor& visit);

/// Does the same for a table from a stream, which is called `name` in messages.
void for_each_batch(const Predictor& predictor, std::istream& stream, const std::string& name,
                    const InputOptions& options, const InputVisitor& visit);

/// Whether the path is an image or holds images with names, in a folder, an archive or a Parquet file.
bool holds_images(const std::filesystem::path& path);

/// Whether the batches of a path have the names of images: it holds images, or is a table of them for a model of
/// images.
bool names_images(const Predictor& predictor, const std::filesystem::path& path);

}  // namespace reszoo
