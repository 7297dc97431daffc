// The fixture of scikit-learn's metrics as tensors.
#pragma once
#include "support/fixture.h"

namespace reszoo::test {

/// Converts a list of numbers (N), or of rows (N, M), to float64.
inline at::Tensor tensor_of(const nlohmann::json& json) {
  if (!json.at(0).is_array()) return torch::tensor(json.get<std::vector<double>>(), torch::kDouble);
  std::vector<at::Tensor> rows;
  for (const auto& row : json) rows.push_back(tensor_of(row));
  return torch::stack(rows);
}

/// One case of the fixture: the inputs and the expected values, unweighted and with row weights.
struct MetricCase {
  nlohmann::json json;
  at::Tensor given, target;

  MetricCase(const std::string& part, const std::string& given_name)
      : json(read_fixture("sklearn_metrics").at(part)),
        given(tensor_of(json.at(given_name))),
        target(tensor_of(json.at("target"))) {}

  /// Calls `expect(values, weight)` without weights, then with them.
  template <typename Expect>
  void each(Expect expect) const {
    expect(json.at("plain"), at::Tensor());
    expect(json.at("weighted"), tensor_of(json.at("weight")));
  }
};

constexpr double metric_tolerance = 1e-12;

}  // namespace reszoo::test
