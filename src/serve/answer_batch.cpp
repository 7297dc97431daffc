#include "answer_batch.h"

#include <map>

#include "prepared_call.h"
#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

/// Number of images that the network sees at once.
constexpr int64_t kImagesAtOnce = 64;

/// One input of a call: rows of a table, or an image.
struct BatchItem {
  PreparedCall* call;
  Tensor input, output;
};

Tensor run(Predictor& predictor, const Tensor& input) {
  if (input.dim() <= 2 || input.size(0) <= kImagesAtOnce) return predictor.outputs(input);
  std::vector<Tensor> parts;
  for (const auto& part : input.split(kImagesAtOnce)) parts.push_back(predictor.outputs(part));
  return at::cat(parts);
}

/// Runs the network for inputs of one shape. If that fails, each is run alone, and its call gets its own error.
void run_alike(Predictor& predictor, const std::vector<BatchItem*>& alike) {
  std::vector<Tensor> inputs;
  std::vector<int64_t> counts;
  for (const auto* item : alike) {
    inputs.push_back(item->input);
    counts.push_back(item->input.size(0));
  }
  if (alike.size() > 1) try {
      const auto parts = run(predictor, at::cat(inputs)).split_with_sizes(counts);
      for (size_t i = 0; i < parts.size(); ++i) alike[i]->output = parts[i];
      return;
    } catch (const std::exception&) {
    }
  for (auto* item : alike) try_for(*item->call, [&] { item->output = run(predictor, item->input); });
}

/// Returns the network's outputs for each call that is prepared.
std::map<const PreparedCall*, Tensor> outputs_of(Predictor& predictor, std::span<PreparedCall> calls) {
  std::vector<BatchItem> items;
  for (auto& call : calls)
    for (const auto& input : call.prepared)
      if (call.is_good()) items.push_back({&call, input, {}});
  std::map<std::vector<int64_t>, std::vector<BatchItem*>> shapes;
  for (auto& item : items) shapes[item.input.sizes().slice(1).vec()].push_back(&item);
  for (const auto& [shape, alike] : shapes) run_alike(predictor, alike);
  std::map<const PreparedCall*, std::vector<Tensor>> parts;
  for (const auto& item : items)
    if (item.call->is_good()) parts[item.call].push_back(item.output);
  std::map<const PreparedCall*, Tensor> outputs;
  for (const auto& [call, of_call] : parts) outputs[call] = of_call.size() == 1 ? of_call.front() : at::cat(of_call);
  return outputs;
}

BatchAnswers answers_of(const ModelVersion& model, const Tensor& outputs) {
  BatchAnswers answers{.table = {}, .classes = model.predictor.classes(outputs), .version = model.number};
  answers.table = model.predictor.table(outputs, /*with_probabilities=*/answers.classes.empty());
  if (!answers.classes.empty())
    answers.probabilities = model.predictor.probabilities(outputs).to(at::kCPU, at::kDouble).contiguous();
  return answers;
}

/// Answers the calls that have outputs. Returns the number of their rows.
int64_t answer_good(const ModelVersion& model, std::span<PreparedCall> calls,
                    const std::map<const PreparedCall*, Tensor>& outputs) {
  std::vector<Tensor> all;
  for (auto& call : calls)
    if (call.is_good()) all.push_back(outputs.at(&call));
  if (all.empty()) return 0;
  const auto batch =
      std::make_shared<const BatchAnswers>(answers_of(model, all.size() == 1 ? all.front() : at::cat(all)));
  int64_t begin = 0;
  for (auto& call : calls) {
    if (!call.is_good()) continue;
    const auto rows = outputs.at(&call).size(0);
    const Answers answers{.batch = batch, .begin = begin, .rows = rows, .unseen = call.unseen};
    const auto* asked = std::exchange(call.call, nullptr);
    asked->answer(answers);
    begin += rows;
  }
  return begin;
}

}  // namespace

int64_t answer_batch(ModelVersion& model, std::span<const Call> calls) {
  std::vector<PreparedCall> prepared;
  for (const auto& call : calls) prepared.push_back({.call = &call});
  int64_t rows = 0;
  try {
    for (auto& call : prepared) try_for(call, [&] { call.input = call.call->read(model); });
    prepare_calls(model.predictor, prepared);
    rows = answer_good(model, prepared, outputs_of(model.predictor, prepared));
  } catch (...) {
    for (auto& call : prepared)
      if (call.is_good()) call.error = std::current_exception();
  }
  for (auto& call : prepared)
    if (call.call && call.error) call.call->fail(call.error);
  return rows;
}

}  // namespace reszoo::detail
