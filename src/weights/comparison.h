// Compares a state_dict with a network key by key, and copies what fits.
#pragma once
#include <string>
#include <vector>

#include "reszoo/weights/key_fit.h"
#include "reszoo/weights/load_report.h"

namespace reszoo {

class Comparison {
 public:
  /// Compares by the keys of `fit`. `remap` says how the keys of `state` were renamed before.
  Comparison(const NetworkKeys& network, const StateDict& state, const KeyFit& fit, const std::string& remap,
             bool adapt);

  /// Checks that the file's numbers are what the network computes with.
  /// Throws: Error (file), whose message begins with `source`.
  void check_types(const std::string& source) const;

  /// Converts the tensors that match to the network's dtypes and shapes, and returns them by key. They are all
  /// converted before the first one is copied, because a conversion can fail, and can turn a large number into an
  /// infinity.
  /// Tensors of another dtype are made in temporary files if they are `assign`ed.
  StateDict convert(bool assign);

  /// Copies the tensors that `convert` converted, or lets the network have them (see `LoadOptions::assign`).
  void copy(bool assign);

  /// Whether fewer keys differ than in the other comparison or, if as many, more modules have their own names.
  bool is_better_than(const Comparison& other) const;

  LoadReport& report() { return report_; }
  const LoadReport& report() const { return report_; }

 private:
  struct Pair {
    std::string key;
    Tensor target, value;
  };

  void compare(const std::string& key, const Tensor& target, const Tensor* value);
  bool is_of_missing_head(const std::string& key) const;

  const NetworkKeys& network_;
  const KeyFit& fit_;
  bool adapt_;
  std::vector<Pair> pairs_;
  LoadReport report_;
};

}  // namespace reszoo
