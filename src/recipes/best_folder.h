/// The files of a run of fit_best.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reszoo/infer/model.h"

namespace reszoo::detail {

/// A training that has ended.
struct FitRecord {
  int64_t candidate = 0, fold = 0;
  double value = 0;    ///< nan if it failed; there is no model then
  double seconds = 0;  ///< of the training
  double used = 0;     ///< of the time limit, at its end
};

/// The folder `best` in the folder of a run: a line for each training in `fits.jsonl`, its model beside it, and the
/// folder of the training that is going on. Without a folder nothing is kept.
class BestFolder {
 public:
  /// Reads the trainings of an earlier run that is resumed.
  /// Throws: Error (usage) if it had other settings.
  BestFolder(const std::filesystem::path& out, const nlohmann::ordered_json& settings, bool resume);

  const std::vector<FitRecord>& earlier() const { return earlier_; }
  /// Returns how much of the time limit earlier runs have used.
  double used() const { return used_; }

  /// Returns the folder for the Trainer's files; empty if nothing is kept.
  std::filesystem::path folder_of(int64_t candidate, int64_t fold) const;
  Model load(const FitRecord& record) const;

  /// Keeps a training; `model` is null if it failed.
  void add(const FitRecord& record, const Model* model);
  /// Keeps the time that a stopped training has used.
  void add_used(double used);

 private:
  void write(const nlohmann::ordered_json& line);

  std::filesystem::path folder_;
  std::vector<FitRecord> earlier_;
  double used_ = 0;
  std::string text_;
};

}  // namespace reszoo::detail
