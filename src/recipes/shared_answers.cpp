#include "reszoo/recipes/shared_answers.h"

#include <algorithm>
#include <iostream>

#include "answer_message.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using detail::AnsweredBlock;

/// The rounds in which processes answer: in each, every process has a block or none, and the first one gets all.
class AnswerRounds {
 public:
  explicit AnswerRounds(const AnswerOptions& options) : options_(options) {
    share_.first = options.group->rank();
    share_.of = options.group->size();
    share_.on_block = [this](const LeftOut& bad) {
      own_.left_out = bad;
      send(detail::bytes_of(std::exchange(own_, {})));
    };
  }

  InputOptions input() {
    auto input = options_.input;
    input.share = &share_;
    input.on_note = [this](const std::string& line) { own_.notes.push_back(line); };
    return input;
  }

  void answer(const InputBatch& batch) { own_.answers.push_back(options_.answer(batch)); }

  /// Answers nothing until no process has a block.
  LeftOut finish() {
    while (send("")) {
    }
    return left_out_;
  }

 private:
  /// Returns whether any process had a block.
  bool send(const std::string& own) {
    const auto all = options_.group->gather(own);
    if (options_.group->is_first())
      for (const auto& bytes : all)
        if (!bytes.empty()) take(detail::block_of(bytes));
    return std::any_of(all.begin(), all.end(), [](const auto& bytes) { return !bytes.empty(); });
  }

  void take(const AnsweredBlock& block) {
    for (const auto& answers : block.answers) options_.take(answers);
    for (const auto& line : block.notes)
      if (options_.input.on_note) options_.input.on_note(line);
    left_out_.add(block.left_out);
  }

  const AnswerOptions& options_;
  InputShare share_;
  AnsweredBlock own_;
  LeftOut left_out_;
};

}  // namespace

LeftOut answer_inputs(const Predictor& predictor, const std::vector<std::string>& inputs,
                      const AnswerOptions& options) {
  std::optional<AnswerRounds> rounds;
  if (options.group) rounds.emplace(options);
  const auto input_options = rounds ? rounds->input() : options.input;
  const auto visit = [&](const InputBatch& batch) {
    if (rounds) rounds->answer(batch);
    else options.take(options.answer(batch));
  };
  LeftOut left_out;
  for (const auto& input : inputs) {
    if (input == "-" && rounds) fail(ErrorKind::usage, "-: standard input cannot be shared by processes");
    if (input == "-") for_each_batch(predictor, std::cin, "stdin", input_options, visit);
    else left_out.add(for_each_batch(predictor, input, input_options, visit));
  }
  if (rounds) left_out.add(rounds->finish());
  return left_out;
}

LeftOut left_out_by_all(const LeftOut& before, const LeftOut& now, ProcessGroup& group) {
  AnsweredBlock own;
  for (const auto& kind : now.groups()) {
    auto count = kind.count;
    for (const auto& earlier : before.groups())
      if (earlier.kind == kind.kind) count -= earlier.count;
    if (count > 0) own.left_out.add(kind.kind, kind.example, count);
  }
  auto all = before;
  for (const auto& bytes : group.gather(detail::bytes_of(own))) all.add(detail::block_of(bytes).left_out);
  return all;
}

}  // namespace reszoo
