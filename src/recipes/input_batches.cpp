#include "reszoo/recipes/input_batches.h"

#include <algorithm>

#include "error_context.h"
#include "reszoo/base/error.h"
#include "reszoo/base/parallel.h"
#include "reszoo/data/cifar.h"
#include "reszoo/data/decode.h"
#include "reszoo/data/detect.h"
#include "reszoo/data/idx.h"
#include "reszoo/data/image_rows.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Number of images that are decoded and run together.
constexpr size_t kImagesTogether = 8;

/// Calls `visit` for batches of consecutive images of the same size.
void visit_alike(const std::vector<Tensor>& inputs, const fs::path* paths, const InputVisitor& visit) {
  for (size_t first = 0, end = 0; first < inputs.size(); first = end) {
    InputBatch batch;
    std::vector<Tensor> alike;
    for (; end < inputs.size() && inputs[end].sizes() == inputs[first].sizes(); ++end) {
      alike.push_back(inputs[end]);
      batch.images.push_back(paths[end].string());
    }
    batch.input = alike.size() == 1 ? alike.front() : at::cat(alike);
    visit(batch);
  }
}

/// Decodes images with all threads. The images before a bad one are still visited.
void visit_images(const Predictor& predictor, const std::vector<fs::path>& paths, const InputVisitor& visit) {
  const auto preprocess = predictor.image_preprocess();
  for (size_t first = 0; first < paths.size(); first += kImagesTogether) {
    const auto count = std::min(kImagesTogether, paths.size() - first);
    std::vector<Tensor> inputs(count);
    std::vector<std::exception_ptr> errors(count);
    parallel(static_cast<int64_t>(count), [&](int64_t task) {
      const auto i = static_cast<size_t>(task);
      try {
        inputs[i] = preprocess(*open_image(paths[first + i]));
      } catch (...) {
        errors[i] = std::current_exception();
      }
    });
    const auto bad = std::find_if(errors.begin(), errors.end(), [](const auto& error) { return error != nullptr; });
    inputs.resize(static_cast<size_t>(bad - errors.begin()));
    visit_alike(inputs, paths.data() + first, visit);
    if (bad != errors.end()) std::rethrow_exception(*bad);
  }
}

/// Returns `most` of the indices 0 … count - 1, evenly spread; all of them if `most` is 0.
std::vector<int64_t> spread(int64_t count, int64_t most) {
  const auto taken = most > 0 ? std::min(count, most) : count;
  std::vector<int64_t> numbers(static_cast<size_t>(taken));
  for (int64_t i = 0; i < taken; ++i) numbers[static_cast<size_t>(i)] = i * count / taken;
  return numbers;
}

/// Returns the inputs for weights without preprocessing: all columns, as numeric values.
Tensor plain_rows(const Frame& frame) {
  std::vector<Tensor> columns;
  for (const auto& column : frame.columns) columns.push_back(as_numbers(column).numbers);
  return at::stack(columns, 1).to(at::kFloat);
}

InputBatch table_batch(const Predictor& predictor, const TableRows& rows) {
  const auto* model = predictor.model();
  const bool prepared = model != nullptr && (model->table || model->image);
  InputBatch batch{.input = {}, .kept = rows.kept};
  batch.input = detail::with_error_context(
      rows.source, [&] { return prepared ? model->input(rows.frame, &batch.unseen) : plain_rows(rows.frame); });
  return batch;
}

/// Selects the columns that the model's inputs need.
TableReadOptions read_options(const Predictor& predictor, TableReadOptions options) {
  const auto* model = predictor.model();
  if (model == nullptr || !model->table) return options;
  options.text = model->table->text_columns();
  options.columns = model->table->inputs();
  return options;
}

void visit_table(const Predictor& predictor, TableReader reader, const InputVisitor& visit) {
  while (const auto rows = reader.next()) visit(table_batch(predictor, *rows));
}

void visit_set(const Predictor& predictor, const Tensor& images, int64_t most, const InputVisitor& visit) {
  visit({predictor.image_preprocess()(images.index_select(0, at::tensor(spread(images.size(0), most))))});
}

void visit_folder(const Predictor& predictor, const fs::path& folder, int64_t most, const InputVisitor& visit) {
  const auto found = image_files_in(folder);
  std::vector<fs::path> taken;
  for (const auto i : spread(std::ssize(found), most)) taken.push_back(found[static_cast<size_t>(i)]);
  visit_images(predictor, taken, visit);
}

}  // namespace

void for_each_batch(const Predictor& predictor, const fs::path& path, const InputOptions& options,
                    const InputVisitor& visit) {
  const auto kind = detect_data(path);
  if (kind == DataKind::table)
    return visit_table(predictor, TableReader(path, read_options(predictor, options.table), options.keep), visit);
  if (!options.keep.empty()) fail(ErrorKind::usage, "keep: {} has no columns", path.string());
  if (kind == DataKind::image_file) return visit_images(predictor, {path}, visit);
  if (kind == DataKind::idx_folder) return visit_set(predictor, read_idx_folder(path).test.images, options.most, visit);
  if (kind == DataKind::cifar_folder)
    return visit_set(predictor, read_cifar_folder(path).splits.test.images, options.most, visit);
  if (fs::is_directory(path)) return visit_folder(predictor, path, options.most, visit);
  fail(ErrorKind::input, "{}: neither a table nor an image", path.string());
}

void for_each_batch(const Predictor& predictor, std::istream& stream, const std::string& name,
                    const InputOptions& options, const InputVisitor& visit) {
  visit_table(predictor, TableReader(stream, name, read_options(predictor, options.table), options.keep), visit);
}

bool holds_images(const fs::path& path) {
  const auto kind = detect_data(path);
  const bool set = kind == DataKind::idx_folder || kind == DataKind::cifar_folder;
  return kind == DataKind::image_file || (kind != DataKind::table && !set && fs::is_directory(path));
}

}  // namespace reszoo
