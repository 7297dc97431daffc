// The safetensors format, its limits, and invalid files.
#include "reszoo/weights/safetensors.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "reference/fill.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/weights/read.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Returns a file from the text of a header, unpadded, and data.
std::string file_of(const std::string& header, const std::string& data = "") {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

Safetensors parse(const std::string& bytes) { return parse_safetensors(Bytes::own(bytes), "f"); }

void expect_header_refused(const std::string& message, const std::string& header, const std::string& data = "") {
  expect_error(ErrorKind::file, "f: ", [&] { parse(file_of(header, data)); });
  expect_error(ErrorKind::file, message, [&] { parse(file_of(header, data)); });
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return "{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
}

StateDict three_tensors() {
  StateDict state("key");
  state.insert("count", torch::tensor(3, torch::kInt64));
  state.insert("weight", torch::arange(6, torch::kFloat32).view({2, 3}));
  return state;
}

}  // namespace

TEST(Safetensors, EveryTypeComesBackWithTheSameBits) {
  for (const auto type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort, at::kChar,
                          at::kByte, at::kBool, at::kUInt16, at::kUInt32, at::kUInt64, at::kComplexFloat,
                          at::kFloat8_e4m3fn, at::kFloat8_e5m2, at::kFloat8_e4m3fnuz, at::kFloat8_e5m2fnuz}) {
    SCOPED_TRACE(c10::toString(type));
    StateDict state("key");
    state.insert("x", torch::tensor({0.0, 1.0, 1.0, 0.0}).to(type).view({2, 2}));
    const auto read = parse(serialize_safetensors(state)).tensors;
    ASSERT_EQ(read["x"].scalar_type(), type);
    EXPECT_EQ(read["x"].sizes(), state["x"].sizes());
    EXPECT_EQ(std::memcmp(read["x"].const_data_ptr(), state["x"].const_data_ptr(), state["x"].nbytes()), 0);
  }
}

TEST(Safetensors, ScalarsEmptyTensorsAndMetadataComeBackInOrder) {
  StateDict state("key");
  state.insert("z", torch::tensor(true));
  state.insert("empty", torch::empty({0, 3}));
  state.insert("a", torch::tensor(2.5));
  state.insert("transposed", torch::arange(6.0).view({2, 3}).t());
  const auto read = parse(serialize_safetensors(state, {{"k", "v \"ü\""}}));
  EXPECT_EQ(read.tensors.keys(), state.keys());
  for (const auto& item : state) EXPECT_TRUE(torch::equal(read.tensors[item.key()], item.value())) << item.key();
  EXPECT_EQ(read.metadata, (std::map<std::string, std::string>{{"format", "pt"}, {"k", "v \"ü\""}}));
  EXPECT_TRUE(parse(serialize_safetensors(StateDict("key"))).tensors.is_empty());
}

TEST(Safetensors, TensorsThatAreTheSameAreWrittenOnceAndComeBackShared) {
  const auto x = torch::arange(1000, torch::kFloat32);
  StateDict state("key");
  for (const auto* key : {"tied", "first", "tied too"}) state.insert(key, x);
  state.insert("half", x.slice(0, 0, 500));  // a different view is written separately
  const auto bytes = serialize_safetensors(state, {{"k", "v"}});
  EXPECT_LT(bytes.size(), 4000u + 2000u + 500u);
  const auto read = parse(bytes);
  EXPECT_EQ(read.tensors.keys(), (std::vector<std::string>{"first", "half", "tied", "tied too"}));
  for (const auto& item : state) EXPECT_TRUE(torch::equal(read.tensors[item.key()], item.value())) << item.key();
  EXPECT_TRUE(read.tensors["tied"].is_same(read.tensors["first"]));
  EXPECT_EQ(read.metadata, (std::map<std::string, std::string>{{"format", "pt"}, {"k", "v"}}));
}

TEST(Safetensors, ATensorUnderTwoNamesOfPythonIsReadUnderBoth) {
  const auto read = read_safetensors(std::filesystem::path(RESZOO_FIXTURES) / "pth" / "tied.safetensors");
  EXPECT_EQ(read.metadata, (std::map<std::string, std::string>{{"note", "kept"}}));
  ASSERT_EQ(read.tensors.keys(),
            (std::vector<std::string>{"decoder.bias", "decoder.weight", "encoder.bias", "encoder.weight"}));
  EXPECT_TRUE(torch::equal(read.tensors["decoder.weight"], fill("encoder.weight", {3, 4})));
  EXPECT_TRUE(read.tensors["encoder.weight"].is_same(read.tensors["decoder.weight"]));
}

TEST(Safetensors, MetadataOfTheUserIsNoAlias) {
  StateDict state("key");
  state.insert("a", torch::ones(2));
  state.insert("pt", torch::ones(3));
  EXPECT_EQ(parse(serialize_safetensors(state)).tensors.keys(), (std::vector<std::string>{"a", "pt"}));
  EXPECT_EQ(parse(serialize_safetensors(state, {{"a", "pt"}})).metadata.at("a"), "pt");
  EXPECT_EQ(parse(serialize_safetensors(state, {{"format", "np"}})).metadata.at("format"), "np");
  const auto read = parse(serialize_safetensors(state, {{"best", "a"}}));
  EXPECT_EQ(read.tensors.keys(), (std::vector<std::string>{"a", "pt"}));
  EXPECT_EQ(read.metadata.at("best"), "a");
  state.insert("fc.weight", torch::ones(3));
  EXPECT_EQ(parse(serialize_safetensors(state, {{"best.layer", "fc.weight"}})).metadata.at("best.layer"), "fc.weight");
  expect_error(ErrorKind::input, "metadata \"out.weight\" is the key of a tensor, \"fc.weight\", and would be read as",
               [&] {
                 serialize_safetensors(state, {{"out.weight", "fc.weight"}});
               });
}

TEST(Safetensors, DataBeginsAtAMultipleOfEightAndTensorsShareTheBuffer) {
  const auto bytes = serialize_safetensors(three_tensors());
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  const auto read = parse(bytes).tensors;
  const auto* count = static_cast<const char*>(read["count"].const_data_ptr());
  EXPECT_EQ(count + 8, read["weight"].const_data_ptr());
}

TEST(Safetensors, AHeaderOfAnyLengthIsToldFromAPickle) {
  for (int length = 0; length < 400; ++length) {
    const auto bytes =
        Bytes::own(serialize_safetensors(three_tensors(), {{"k", std::string(static_cast<size_t>(2 * length), 'x')}}));
    ASSERT_EQ(detect_weights(bytes, "f"), WeightsKind::safetensors) << length;
  }
}

TEST(Safetensors, MisalignedTensorsAreCopied) {
  const auto header = entry("F32", "[1]", "[0,4]");
  const auto x = parse(file_of(header + std::string(header.size() % 4 == 1 ? 0 : 5 - header.size() % 4, ' '),
                               std::string("\0\0\x80\x3f", 4)))
                     .tensors["a"];
  EXPECT_EQ(x.item<float>(), 1.0f);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(x.const_data_ptr()) % 4, 0u);
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const auto bytes = serialize_safetensors(three_tensors(), {{"k", "v"}});
  for (size_t size = 0; size < bytes.size(); ++size)
    expect_error(ErrorKind::file, "f: ", [&] { parse(bytes.substr(0, size)); });
  expect_error(ErrorKind::file, "too short", [&] { parse(bytes.substr(0, 7)); });
  expect_error(ErrorKind::file, "header is cut off, 12 bytes of", [&] { parse(bytes.substr(0, 20)); });
  expect_error(ErrorKind::file, "the file is cut off", [&] { parse(bytes.substr(0, bytes.size() - 1)); });
  expect_error(ErrorKind::file, "1 bytes at the end", [&] { parse(bytes + "x"); });
}

TEST(Safetensors, LyingHeadersAreRefused) {
  expect_error(ErrorKind::file, "over the limit", [] { parse(std::string(16, '\xff')); });
  expect_header_refused("not JSON", "{\"a\":");
  expect_header_refused("not JSON", "{\"\xff\":1}");
  expect_header_refused("must be a JSON object, got array", "[]");
  expect_header_refused("nested too deep", std::string(100000, '['));
  expect_header_refused("nested too deep", "{\"a\":{\"dtype\":[[[]]]}}");
  expect_header_refused("\"a\" is in the header twice", "{\"a\":{},\"a\":{}}");
  expect_header_refused("\"dtype\" is in the header twice", "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}");
  expect_header_refused("must have dtype, shape and data_offsets", "{\"a\":{\"dtype\":\"F32\"}}");
  expect_header_refused("must have dtype, shape and data_offsets", "{\"a\":5}");
  expect_header_refused("__metadata__ must be an object", "{\"__metadata__\":[]}");
  expect_header_refused("__metadata__ \"k\" must be a text, got number", "{\"__metadata__\":{\"k\":1}}");
}

TEST(Safetensors, LyingTypesShapesAndSizesAreRefused) {
  const std::string data(8, '\0');
  expect_header_refused("unknown dtype F128", entry("F128", "[2]", "[0,8]"), data);
  expect_header_refused("needs 12 bytes, data_offsets give 8", entry("F32", "[3]", "[0,8]"), data);
  expect_header_refused("whole numbers", entry("F32", "[-2]", "[0,8]"), data);
  expect_header_refused("whole numbers", entry("F32", "[2.0]", "[0,8]"), data);
  expect_header_refused("not JSON", entry("F32", "[1e999]", "[0,8]"), data);
  expect_header_refused("too large", entry("F32", "[4294967296,4294967296]", "[0,8]"), data);
  expect_header_refused("too large", entry("F32", "[0,4294967296,4294967296]", "[0,0]"));
  expect_header_refused("shape must be a list", entry("F32", "2", "[0,8]"), data);
  expect_header_refused("data_offsets must be two numbers", entry("F32", "[2]", "[0]"), data);
  expect_header_refused("must be 0 or 1", entry("BOOL", "[2]", "[0,2]"), "\x01\x02");
}

TEST(Safetensors, LyingOffsetsAreRefused) {
  const std::string data(8, '\0');
  expect_header_refused("run backwards", entry("F32", "[2]", "[8,0]"), data);
  expect_header_refused("ends at byte 16", entry("F32", "[2]", "[8,16]"), data);
  expect_header_refused("4 bytes before it belong to no tensor", entry("F32", "[1]", "[4,8]"), data);
  expect_header_refused("4 bytes at the end belong to no tensor", entry("F32", "[1]", "[0,4]"), data);
  expect_header_refused("overlaps another",
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                        data);
}

TEST(Safetensors, WhatTheFormatCannotHoldIsRefusedOnWriting) {
  const auto refuse = [](const std::string& key, const Tensor& tensor, const std::string& message) {
    StateDict state("key");
    state.insert(key, tensor);
    expect_error(ErrorKind::input, message, [&] { serialize_safetensors(state); });
  };
  refuse("__metadata__", torch::ones(1), "no tensor can be called __metadata__");
  refuse("x", Tensor(), "\"x\" is undefined");
  refuse("x", torch::ones({2, 2}).to_sparse(), "\"x\" must be dense");
  refuse("x", torch::ones(1, torch::kComplexDouble), "\"x\" has the type ComplexDouble");
  refuse("\xff", torch::ones(1), "must be UTF-8");
}

TEST(SafetensorsIndex, TensorsOfAllFilesComeInTheOrderOfTheIndex) {
  const TempDir folder;
  StateDict first("key"), second("key");
  first.insert("b", torch::ones(2));
  second.insert("a", torch::zeros(3));
  second.insert("c", torch::full({1}, 5.0));
  write_safetensors(folder / "model-1.safetensors", first);
  write_safetensors(folder / "model-2.safetensors", second);
  const auto write_index = [&](const std::string& map) {
    write_file(folder / "index", "{\"metadata\": {\"total_size\": 24}, \"weight_map\": " + map + "}");
    return folder / "index";
  };
  const std::string all = R"({"c": "model-2.safetensors", "b": "model-1.safetensors", "a": "model-2.safetensors"})";
  EXPECT_EQ(detect_weights(write_index(all)), WeightsKind::safetensors_index);
  const auto state = read_weights(folder / "index");
  EXPECT_EQ(state.keys(), (std::vector<std::string>{"c", "b", "a"}));
  EXPECT_TRUE(torch::equal(state["a"], second["a"]));

  const auto refuse = [&](const std::string& message, const std::string& map) {
    expect_error(ErrorKind::file, message, [&] { read_weights(write_index(map)); });
  };
  refuse("index: model-1.safetensors does not have \"a\"", R"({"a": "model-1.safetensors"})");
  refuse("index: model-2.safetensors has \"c\", which the index does not name",
         R"({"b": "model-1.safetensors", "a": "model-2.safetensors"})");
  refuse("index: \"../model-1.safetensors\" is not the name of a file beside it", R"({"b": "../model-1.safetensors"})");
  refuse("index: model-3.safetensors is not in its folder", R"({"b": "model-3.safetensors"})");
  refuse("the file of \"b\" must be a text", R"({"b": 3})");
  refuse("it has no object \"weight_map\"", "[]");
  refuse("is not JSON", "{");
  const auto index = read_file(write_index(all));
  expect_error(ErrorKind::file, "memory: is an index of files with the weights; give its path",
               [&] { read_weights(Bytes::own(index), "memory"); });
}
