/// The types behind the pointers of the C interface in reszoo::runtime, without LibTorch. Private.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "reszoo/c/reszoo.h"
#include "reszoo/runtime/runtime_model.h"

namespace reszoo::c {

/// A column of numbers, or of texts, of which nothing is missing.
struct PlainColumn {
  std::string name;
  bool text = false;
  std::vector<double> numbers = {};
  std::vector<std::optional<std::string>> texts = {};

  int64_t size() const { return text ? std::ssize(texts) : std::ssize(numbers); }
};

}  // namespace reszoo::c

struct reszoo_model {
  reszoo::RuntimeModel model;
  std::string card = {};  ///< what reszoo_describe returns
};

struct reszoo_table {
  std::vector<reszoo::c::PlainColumn> columns = {};

  int64_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
  const reszoo::c::PlainColumn* find(const std::string& name) const;
};

struct reszoo_tensor {
  std::vector<int64_t> shape;
  std::vector<float> values;
};
