// Pickles of NumPy arrays: files of detectron2 and Detectron are read, and no code in them is executed.
#include <gtest/gtest.h>

#include "reszoo/weights/read.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

const nlohmann::json& records() {
  static const auto fixture = read_fixture("numpy_pickles");
  return fixture.at("records");
}

StateDict read_record(const std::string& name) {
  return read_weights(Bytes::own(from_hex(records().at(name).at("content").get<std::string>())), "f.pkl");
}

/// Expects the arrays of numpy_pickles.py.
void expect_arrays(const StateDict& state) {
  const std::vector<std::pair<std::string, std::vector<int64_t>>> filled = {{"stem.conv1.weight", {3, 2, 2, 2}},
                                                                            {"stem.conv1.norm.running_var", {3}},
                                                                            {"fc.weight", {4, 3}},
                                                                            {"fortran", {2, 3, 4}}};
  for (const auto& [key, shape] : filled) {
    ASSERT_TRUE(state.contains(key)) << key;
    EXPECT_TRUE(torch::equal(state[key], fill(key, shape))) << key;
    EXPECT_TRUE(state[key].is_contiguous()) << key;
  }
  const auto strided = fill("strided", {4, 6}).slice(0, 0, 4, 2).slice(1, 1, 6, 2);
  EXPECT_TRUE(torch::equal(state["strided"], strided));
  EXPECT_EQ(state["scalar"].dim(), 0);
  EXPECT_EQ(state["scalar"].item<int64_t>(), 7);
  EXPECT_EQ(state["empty"].sizes(), at::IntArrayRef({0, 3}));
  EXPECT_TRUE(state["again"].is_alias_of(state["fc.weight"]));
  const std::vector<std::pair<std::string, at::ScalarType>> types = {
      {"float32", at::kFloat}, {"float64", at::kDouble}, {"float16", at::kHalf},  {"int64", at::kLong},
      {"int32", at::kInt},     {"int16", at::kShort},    {"int8", at::kChar},     {"uint8", at::kByte},
      {"bool", at::kBool},     {"uint16", at::kUInt16},  {"uint32", at::kUInt32}, {"uint64", at::kUInt64}};
  for (const auto& [name, type] : types) {
    EXPECT_EQ(state[name].scalar_type(), type) << name;
    EXPECT_TRUE(torch::equal(state[name].to(at::kDouble), torch::arange(4, at::kDouble).to(type).to(at::kDouble)))
        << name;
  }
  EXPECT_EQ(state.size(), filled.size() + types.size() + 4);
}

}  // namespace

TEST(NumpyPickle, EveryProtocolOfPythonAndNumpyIsRead) {
  for (const auto& [name, record] : records().items()) {
    SCOPED_TRACE(name);
    if (!record.contains("refused")) expect_arrays(read_record(name));
  }
}

TEST(NumpyPickle, WhatIsNotPlainNumbersIsRefused) {
  for (const auto& [name, record] : records().items()) {
    SCOPED_TRACE(name);
    if (record.contains("refused"))
      expect_error_parts(ErrorKind::file, {"f.pkl: ", record.at("refused").get<std::string>()},
                         [&, n = name] { read_record(n); });
  }
}

TEST(NumpyPickle, ItsFormatIsDetectedFromContent) {
  const auto bytes = Bytes::own(from_hex(records().at("arrays alone").at("content").get<std::string>()));
  EXPECT_EQ(detect_weights(bytes, "f"), WeightsKind::foreign);
  EXPECT_EQ(weights_format(bytes, "f")->name, "NumPy pickle");
}

TEST(NumpyPickle, EveryTruncationIsRefused) {
  const auto content = from_hex(records().at("detectron2, protocol 2").at("content").get<std::string>());
  for (size_t size = 0; size < content.size(); ++size)
    expect_error(ErrorKind::file, "f: ", [&] { read_weights(Bytes::view(content.data(), size), "f"); });
}
