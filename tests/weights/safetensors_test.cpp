// The format itself, and files that lie about it.
#include <gtest/gtest.h>

#include "reszoo/base/file.h"
#include "reszoo/weights/safetensors.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A file with this header and this many bytes of data.
std::string file_of(const std::string& header, size_t data = 0) {
  std::string length(8, '\0');
  for (size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i));
  return length + header + std::string(data, 'x');
}

void expect_refused(const std::string& bytes, const std::string& part) {
  expect_error(ErrorKind::file, part, [&] { parse_safetensors(bytes, "f.safetensors"); });
}

const char* const kTwoFloats = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";

}  // namespace

TEST(Safetensors, EveryDtypeShapeAndMetadataComeBack) {
  TempDir folder;
  State state;
  for (const auto type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort, at::kChar,
                          at::kByte, at::kBool})
    state.insert(c10::toString(type), torch::arange(6).reshape({2, 3}).to(type));
  state.insert("scalar", torch::tensor(3.5));
  state.insert("empty", torch::empty({0, 4}));
  state.insert("strided", torch::arange(6).reshape({2, 3}).t());
  write_safetensors(folder / "f.safetensors", state, {{"key", "a \"quoted\" value"}});

  const auto back = read_safetensors(folder / "f.safetensors");
  EXPECT_EQ(back.metadata.at("key"), "a \"quoted\" value");
  ASSERT_EQ(back.tensors.size(), state.size());
  for (const auto& item : state) {
    const auto& tensor = back.tensors[item.key()];
    EXPECT_EQ(tensor.scalar_type(), item.value().scalar_type()) << item.key();
    EXPECT_TRUE(torch::equal(tensor, item.value())) << item.key();
  }
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const auto whole = file_of(kTwoFloats, 8);
  EXPECT_EQ(parse_safetensors(whole, "f").tensors["a"].numel(), 2);
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(parse_safetensors(whole.substr(0, size), "f"), Error) << size;
  expect_refused(whole.substr(0, 5), "f.safetensors: truncated: 5 bytes");
  expect_refused(whole.substr(0, whole.size() - 1), "truncated or damaged: the header describes 8 bytes of tensors, 7 are there");
}

TEST(Safetensors, HeadersThatLieAreRefused) {
  expect_refused(file_of("[1]"), "the header is not a JSON object");
  expect_refused(file_of("{\"a\""), "the header is not JSON");
  expect_refused(file_of(kTwoFloats, 9), "describes 8 bytes of tensors, 9 are there");
  expect_refused(file_of(R"({"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}})", 8), "a: unknown dtype \"F31\"");
  expect_refused(file_of(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8), "a: 8 bytes do not hold its shape, which needs 12");
  expect_refused(file_of(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8), "shape must be whole numbers");
  expect_refused(file_of(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,8]}})", 8), "shape is too large");
  expect_refused(file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8), "a: -8 bytes do not hold");
  expect_refused(file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", 8), "data_offsets must be two");
  expect_refused(file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12), "do not follow the tensor before");
  expect_refused(file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12),
                 "b: its bytes do not follow");
  expect_refused(file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8),
                 "key a stands twice");
  expect_refused(file_of(R"({"a":7})"), "not as the format says");
  expect_refused(file_of(R"({"__metadata__":{"k":1}})"), "not as the format says");
  expect_refused(file_of(R"({"a":{"b":{"c":{"d":{"e":{}}}}}})"), "nested too deeply");
  expect_refused(file_of("{" + std::string(100'000, '[')), "");
}

TEST(File, MissingFolderAndUnwritableAreNamed) {
  TempDir folder;
  expect_error(ErrorKind::file, "no.safetensors: no such file", [&] { read_safetensors(folder / "no.safetensors"); });
  expect_error(ErrorKind::file, "is a folder, not a file", [&] { read_file(folder.path()); });
  write_file(folder / "plain", "text");
  expect_error(ErrorKind::file, "cannot write: Not a directory", [&] { write_file(folder / "plain/inside", "text"); });
}
