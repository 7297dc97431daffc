#include "reszoo/recipes/input_batches.h"

#include <algorithm>

#include "error_context.h"
#include "reszoo/base/error.h"
#include "reszoo/base/parallel.h"
#include "reszoo/base/text.h"
#include "reszoo/data/cifar.h"
#include "reszoo/data/decode.h"
#include "reszoo/data/detect.h"
#include "reszoo/data/idx.h"
#include "table_batches.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Number of images that are decoded and run together.
constexpr size_t kImagesTogether = 8;

/// One image that was decoded and prepared.
struct Prepared {
  std::string name;
  Tensor input;
};

/// Calls `visit` for batches of consecutive images of the same size.
void visit_alike(const std::vector<Prepared>& images, const InputVisitor& visit) {
  for (size_t first = 0, end = 0; first < images.size(); first = end) {
    InputBatch batch;
    std::vector<Tensor> alike;
    for (; end < images.size() && images[end].input.sizes() == images[first].input.sizes(); ++end) {
      alike.push_back(images[end].input);
      batch.images.push_back(images[end].name);
    }
    batch.input = alike.size() == 1 ? alike.front() : at::cat(alike);
    visit(batch);
  }
}

/// Decodes and prepares the images from `first` on. Bad ones have an error, and no input.
std::vector<Prepared> prepare_together(const ImagePreprocess& preprocess, const EncodedImages& images, size_t first,
                                       std::vector<std::exception_ptr>& errors) {
  const auto count = std::min(kImagesTogether, images.names.size() - first);
  std::vector<Prepared> prepared(count);
  errors.assign(count, nullptr);
  parallel(static_cast<int64_t>(count), [&](int64_t task) {
    const auto i = static_cast<size_t>(task);
    prepared[i].name = images.names[first + i];
    try {
      if (!is_utf8(prepared[i].name))
        fail(ErrorKind::file, "{}: the name is no text in UTF-8, rename the file", escaped(prepared[i].name, 400));
      prepared[i].input = preprocess(*open_image(images.read(static_cast<int64_t>(first + i)), prepared[i].name));
    } catch (...) {
      errors[i] = std::current_exception();
    }
  });
  return prepared;
}

/// Leaves a bad image out, if that is asked for and the file is the reason.
void leave_out_bad(const std::exception_ptr& error, const std::string& name, const InputOptions& options,
                   LeftOut& left_out) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& bad) {
    if (options.on_bad != OnBadImage::skip || bad.kind() == ErrorKind::usage) {
      if (bad.kind() == ErrorKind::file && options.on_bad == OnBadImage::automatic)
        fail(ErrorKind::file, "{}; on_bad=skip leaves such files out", bad.what());
      throw;
    }
    left_out.add("damaged image*", name);
    if (options.on_note) options.on_note(fmt::format("{}; left out", bad.what()));
  }
}

/// Decodes images with all threads. The images before a bad one are still visited.
void visit_images(const Predictor& predictor, const EncodedImages& images, const InputOptions& options,
                  LeftOut& left_out, const InputVisitor& visit) {
  const auto preprocess = predictor.image_preprocess();
  int64_t visited = 0;
  for (size_t first = 0; first < images.names.size(); first += kImagesTogether) {
    if (options.share && !options.share->takes_next()) continue;
    LeftOut bad;
    std::vector<std::exception_ptr> errors;
    const auto prepared = prepare_together(preprocess, images, first, errors);
    std::vector<Prepared> good;
    for (size_t i = 0; i < prepared.size(); ++i) {
      if (!errors[i]) {
        good.push_back(prepared[i]);
        continue;
      }
      visit_alike(good, visit);
      visited += std::ssize(good);
      good.clear();
      leave_out_bad(errors[i], prepared[i].name, options, bad);
    }
    visit_alike(good, visit);
    visited += std::ssize(good);
    if (options.share) options.share->on_block(bad);
    else left_out.add(bad);
  }
  if (visited == 0 && !options.share) fail(ErrorKind::input, "no image is left, {}", left_out.text());
}

/// Returns `most` of the indices 0 … count - 1, evenly spread; all of them if `most` is 0.
std::vector<int64_t> spread(int64_t count, int64_t most) {
  const auto taken = most > 0 ? std::min(count, most) : count;
  std::vector<int64_t> numbers(static_cast<size_t>(taken));
  for (int64_t i = 0; i < taken; ++i) numbers[static_cast<size_t>(i)] = i * count / taken;
  return numbers;
}

void visit_set(const Predictor& predictor, const ImageTensorSplits& sets, const InputOptions& options,
               const InputVisitor& visit) {
  if (options.share && !options.share->takes_next()) return;
  const auto& images = sets.test.images.defined() ? sets.test.images : sets.train.images;
  visit({predictor.image_preprocess()(images.index_select(0, at::tensor(spread(images.size(0), options.most))))});
  if (options.share) options.share->on_block({});
}

LeftOut visit_found(const Predictor& predictor, FoundImages found, const InputOptions& options,
                    const InputVisitor& visit) {
  const auto taken = spread(found.images.size(), options.most);
  visit_images(predictor, take_images(found.images, taken), options, found.left_out, visit);
  return std::move(found.left_out);
}

bool is_image_model(const Predictor& predictor) {
  const auto* model = predictor.model();
  return model != nullptr && model->image && !model->table;
}

}  // namespace

LeftOut for_each_batch(const Predictor& predictor, const fs::path& path, const InputOptions& options,
                       const InputVisitor& visit) {
  const auto kind = detect_data(path);
  if (kind == DataKind::table && is_image_model(predictor) && options.keep.empty())
    return visit_found(predictor,
                       detail::with_error_context(path.string(),
                                                  [&] {
                                                    return images_in_table(path, {.on_bad = options.on_bad,
                                                                                  .path_column = options.path_column,
                                                                                  .image_root = options.image_root,
                                                                                  .table = options.table});
                                                  }),
                       options, visit);
  if (kind == DataKind::table) {
    detail::visit_table(predictor, TableReader(path, detail::columns_for(predictor, options.table), options.keep),
                        options.share, visit);
    return {};
  }
  if (!options.keep.empty()) fail(ErrorKind::usage, "keep: {} has no columns", path.string());
  if (kind == DataKind::idx_folder || kind == DataKind::cifar_folder) {
    visit_set(predictor, kind == DataKind::idx_folder ? read_idx_folder(path) : read_cifar_folder(path).splits, options,
              visit);
    return {};
  }
  return visit_found(predictor, find_images(path), options, visit);
}

LeftOut for_each_batch(const Predictor& predictor, EncodedImages images, const InputOptions& options,
                       const InputVisitor& visit) {
  return visit_found(predictor, {.images = std::move(images)}, options, visit);
}

void for_each_batch(const Predictor& predictor, std::istream& stream, const std::string& name,
                    const InputOptions& options, const InputVisitor& visit) {
  detail::visit_table(predictor, TableReader(stream, name, detail::columns_for(predictor, options.table), options.keep),
                      options.share, visit);
}

bool holds_images(const fs::path& path) {
  const auto kind = detect_data(path);
  const bool set = kind == DataKind::idx_folder || kind == DataKind::cifar_folder;
  return kind != DataKind::table && !set && (kind != DataKind::unknown || fs::is_directory(path));
}

bool names_images(const Predictor& predictor, const fs::path& path) {
  return holds_images(path) || (is_image_model(predictor) && detect_data(path) == DataKind::table);
}

}  // namespace reszoo
