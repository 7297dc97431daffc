#include "answers.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <fstream>

#include "module.h"
#include "reszoo/base/error.h"
#include "reszoo/data/decode.h"
#include "reszoo/infer/image_batches.h"

namespace reszoo::python {
namespace {

constexpr int64_t kRowsTogether = 16 * 1024;  // a multiple of Model::outputs' batch size

/// Joins two sentences that may be empty.
std::string joined(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : first + "; " + second;
}

bool is_image_file(const std::string& path) {
  std::string start(kImageStart, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), std::ssize(start));
  return is_image(std::string_view(start).substr(0, static_cast<size_t>(file.gcount())));
}

/// Calls `visit` with each batch of the files. A list of images is one input, others are visited one after the other.
LeftOut visit_files(const Predictor& predictor, const Reading& files, const InputVisitor& visit) {
  const InputOptions options{.on_bad = parse_on_bad_image(files.on_bad)};
  const auto& paths = files.paths;
  if (std::all_of(paths.begin(), paths.end(), is_image_file))
    return for_each_batch(predictor, images_in_files({paths.begin(), paths.end()}), options, visit);
  LeftOut left_out;
  for (const auto& path : paths) left_out.add(for_each_batch(predictor, path, options, visit));
  return left_out;
}

}  // namespace

Answers visit_inputs(Opened& by, const Frame& rows, const Visit& visit) {
  const auto& model = by.model("rows of a table");
  if (!model.table) fail(ErrorKind::usage, "model: {} does not read tables, got rows of one", model.name);
  UnseenCounts unseen;
  const auto input = model.input(rows, &unseen);
  for (const auto& part : input.split(kRowsTogether)) {
    check_signals();
    visit(part);
  }
  return {.outputs = {}, .note = unseen.line()};
}

Answers visit_inputs(Opened& by, const Reading& files, const Visit& visit) {
  Answers answers;
  UnseenCounts unseen;
  const auto left_out = visit_files(by.predictor, files, [&](const InputBatch& batch) {
    check_signals();
    visit(batch.input);
    unseen.add(batch.unseen);
    answers.images.insert(answers.images.end(), batch.images.begin(), batch.images.end());
  });
  answers.note = joined(unseen.line(), left_out.empty() ? "" : "left out: " + left_out.text());
  return answers;
}

Answers visit_inputs(Opened& by, const std::vector<const Picture*>& pictures, const Visit& visit) {
  const auto preprocess = by.predictor.image_preprocess();
  run_images(
      static_cast<int64_t>(pictures.size()),
      [&](int64_t i) { return prepared(preprocess, *pictures[static_cast<size_t>(i)]); },
      [&](const at::Tensor& input) {
        check_signals();
        visit(input);
        return at::empty({0});
      });
  return {};
}

}  // namespace reszoo::python
