/// The answers of a predictor to inputs of any size, by one process or several.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reszoo/base/process_group.h"
#include "reszoo/recipes/input_batches.h"

namespace reszoo {

/// What a process has found out about a batch.
struct AnsweredBatch {
  Tensor outputs;                                      ///< see Predictor::outputs
  std::vector<std::string> images = {};                ///< see InputBatch
  std::shared_ptr<const arrow::Table> kept = nullptr;  ///< see InputBatch
  UnseenCounts unseen = {};                            ///< see InputBatch
  Frame more = {};                                     ///< further columns, such as explanations
};

/// The processes that answer together, and what the first one does with the answers.
struct AnswerOptions {
  InputOptions input = {};
  std::shared_ptr<ProcessGroup> group = {};  ///< empty: this process alone
  std::function<AnsweredBatch(const InputBatch&)> answer = {};
  /// Called in the first process with the answers to all batches, in the order of the inputs.
  std::function<void(const AnsweredBatch&)> take = {};
};

/// Answers all batches of the inputs; see `for_each_batch`. Each process of the group decodes, prepares and
/// predicts every n-th block of them. The batches, and so the answers, are those of a single process. `-` stands for a
/// table on stdin, which only a single process can read. Returns, in the first process, what is left out.
///
/// Throws: Error, which names the file or row; Error (usage) for `-` and several processes.
LeftOut answer_inputs(const Predictor& predictor, const std::vector<std::string>& inputs, const AnswerOptions& options);

/// Returns what is left out in all, of which a process has left out `before` and then its own part, up to `now`. Every
/// process must call it.
LeftOut left_out_by_all(const LeftOut& before, const LeftOut& now, ProcessGroup& group);

}  // namespace reszoo
