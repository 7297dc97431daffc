/// What a model that is served is asked, and what it answers.
#pragma once
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "reszoo/base/bytes.h"
#include "reszoo/infer/predictor.h"

namespace reszoo {

/// Encoded images: JPEG, PNG and the other formats of `open_image`.
struct EncodedInput {
  std::vector<std::string> names;  ///< of each image, for messages
  std::vector<Bytes> images;
};

/// Decoded images of one size. Shape: (N, H, W, C) uint8.
struct PixelInput {
  Tensor pixels;
};

/// Inputs of the network, already prepared. Shape: (N, columns) or (N, C, H, W) float32.
struct PreparedInput {
  Tensor input;
};

/// The rows or images of a call: a table, or a few rows, which are joined with those of other calls to a table.
using ModelInput = std::variant<Frame, std::vector<Row>, EncodedInput, PixelInput, PreparedInput>;

/// A model as it was loaded from its file. The calls of a batch are answered by one version.
struct ModelVersion {
  Predictor predictor;
  int64_t number = 1;       ///< counts the loads of the file, from 1
  std::string loaded = {};  ///< when, in UTC: 2024-02-29T13:45:10Z
};

/// The predictions of a batch.
struct BatchAnswers {
  Frame table;                       ///< as Predictor::table returns them: in the target's unit
  Tensor probabilities = {};         ///< (N, classes) float64 on the CPU; undefined for regression and for labels
  std::vector<std::string> classes;  ///< their names
  int64_t version = 1;               ///< see ModelVersion
};

/// The predictions of a call: some rows of those of its batch.
struct Answers {
  std::shared_ptr<const BatchAnswers> batch;
  int64_t begin = 0, rows = 0;  ///< the call's rows in the batch
  std::string unseen = {};      ///< what training did not see in these rows, see UnseenCounts::line; "" if nothing
};

using ServeClock = std::chrono::steady_clock;

/// A call that waits for its answer. Either `answer` or `fail` is called, once, from a thread of the model; they must
/// not throw.
struct Call {
  /// Returns the rows or images. It is called by a thread of the model, so that the work of reading is shared too.
  std::function<ModelInput(const ModelVersion& model)> read;
  std::function<void(const Answers& answers)> answer;
  std::function<void(const std::exception_ptr& error)> fail;
  ServeClock::time_point deadline = ServeClock::time_point::max();  ///< a call that still waits then fails
  ServeClock::time_point asked = ServeClock::now();
  size_t bytes = 0;  ///< of what `read` reads, about
};

/// Why a call was not answered although nothing is wrong with it.
enum class Refusal {
  full,      ///< too many calls wait
  late,      ///< its deadline has passed
  stopping,  ///< the model is being stopped
};

/// The exception for a refused call.
class Refused : public std::runtime_error {
 public:
  explicit Refused(Refusal why);
  Refusal why() const noexcept { return why_; }

 private:
  Refusal why_;
};

}  // namespace reszoo
