// Which pickle opcodes are accepted, and which are rejected.
#include <gtest/gtest.h>
#include <torch/types.h>

#include "hostile/zip_file.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/weights/pth.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
using namespace std::string_literals;

namespace {

/// Returns a file of torch.save with this pickle and one storage "0" of eight bytes.
std::string file_of(const std::string& pickle) {
  const std::string storage("\0\0\x80\x3f\0\0\0\x40", 8);  // 1 and 2 as float32
  return put_together(
      {{.name = "archive/data.pkl", .content = pickle}, {.name = "archive/data/0", .content = storage}});
}

/// Returns a dictionary in protocol 2 with the key "x" and this value.
std::string dictionary(const std::string& value) { return "\x80\x02}X\x01\0\0\0x"s + value + "s."; }

/// Returns a tensor as opcodes: type, number of elements, offset, shape and strides.
std::string tensor(const std::string& type, const std::string& count, const std::string& offset,
                   const std::string& shape, const std::string& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagec"s + type +
         "\nX\x01\0\0\0"
         "0X\x03\0\0\0cpu"s +
         count + "tQ" + offset + shape + strides +
         "\x89"
         "ccollections\nOrderedDict\n)RtR";
}

const std::string kFloat = "torch\nFloatStorage", kTwo = "K\x02", kZero = "K\0"s, kShape = "K\x02\x85",
                  kStride = "K\x01\x85";

void expect_pickle_refused(const std::string& pickle, const std::string& message) {
  expect_error_parts(ErrorKind::file, {"f: ", message}, [&] { read_pth(Bytes::own(file_of(pickle)), "f"); });
}

}  // namespace

TEST(Pickle, ATensorByHandIsRead) {
  const auto state = read_pth(Bytes::own(file_of(dictionary(tensor(kFloat, kTwo, kZero, kShape, kStride)))), "f");
  EXPECT_TRUE(torch::equal(state["x"], torch::tensor({1.0f, 2.0f})));
}

TEST(Pickle, TensorsMustStayInTheirStorage) {
  const auto refuse = [](const std::string& message, const std::string& value) {
    expect_pickle_refused(dictionary(value), message);
  };
  const std::string huge = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f";
  refuse("tensor \"x\": its storage has 8 bytes, not 3 elements of 4", tensor(kFloat, "K\x03", kZero, kShape, kStride));
  refuse("reach beyond its storage of 2 elements", tensor(kFloat, kTwo, "K\x01", kShape, kStride));
  refuse("reach beyond its storage of 2 elements", tensor(kFloat, kTwo, kZero, kShape, "K\x02\x85"));
  refuse("claims more than the file can hold", tensor(kFloat, kTwo, kZero, huge + "\x85", "K\0\x85"s));
  refuse("claims more than the file can hold", tensor(kFloat, kTwo, kZero, "K\x03\x85", huge + "\x85"));
  refuse("claims more than the file can hold", tensor(kFloat, kTwo, kZero, "K\0"s + huge + "\x86", "K\x01K\x01\x86"));
  refuse("must be whole numbers that are not negative", tensor(kFloat, kTwo, kZero, "J\xff\xff\xff\xff\x85", kStride));
  refuse("its offset -1 is no place", tensor(kFloat, kTwo, "J\xff\xff\xff\xff", kShape, kStride));
  refuse("has 1 sizes and 2 strides", tensor(kFloat, kTwo, kZero, kShape, "K\x01K\x01\x86"));
  refuse("a bool must be 0 or 1", tensor("torch\nBoolStorage", "K\x08", kZero, kShape, kStride));
  refuse("torch.Size is a storage that is not read", tensor("torch\nSize", kTwo, kZero, kShape, kStride));
  refuse("argument 2 of torch._utils._rebuild_tensor_v2 is missing or of a wrong kind",
         tensor(kFloat, kTwo, kZero, "N", kStride));
}

TEST(Pickle, StacksMarksAndMemoAreChecked) {
  expect_pickle_refused("\x80\x02.", "a value is taken from an empty stack");
  expect_pickle_refused("\x80\x02NN.", "values are left over at its end");
  expect_pickle_refused("\x80\x02(.", "a value is taken from an empty stack");
  expect_pickle_refused("\x80\x02t.", "a mark is missing");
  expect_pickle_refused("\x80\x02}(Nu.", "a dictionary has a key without a value");
  expect_pickle_refused("\x80\x02Nh\x07.", "value 7 was not remembered");
  expect_pickle_refused("\x80\x02NNa.", "values are added to what cannot take them");
  expect_pickle_refused("\x80\x02}X\xff\xff\xff\xff.", "it ends too early");
  expect_pickle_refused("\x80\x02}P0\n.", "opcode 0x50 is none that torch.save writes");
  expect_pickle_refused("\x80\x01}.", "protocol 1 is not read, only 2 to 5");
  expect_pickle_refused("\x80\x02}", "it ends too early");
}

TEST(Pickle, GlobalsThatRunCommandsAreRefused) {
  expect_pickle_refused(
      "\x80\x02"
      "cposix\nsystem\n.",
      "the pickle names posix.system, which weights have no need of");
  expect_pickle_refused("\x80\x04\x8c\x05posix\x8c\x06system\x93.", "the pickle names posix.system");
  expect_pickle_refused(
      "\x80\x02"
      "c__builtin__\neval\n.",
      "the pickle names __builtin__.eval");
  expect_pickle_refused("\x80\x02N)R.", "a value is called that is no global");
  expect_pickle_refused(
      "\x80\x02"
      "ctorch\nSize\nNR.",
      "torch.Size is called without a tuple");
  expect_pickle_refused("\x80\x02NNb.", "a state is given to what is no object");
}

/// Reads the tensor x of a dictionary that also has `other`.
Tensor read_beside(const std::string& other) {
  const auto x = "X\x01\0\0\0x"s + tensor(kFloat, kTwo, kZero, kShape, kStride) + "s";
  return read_pth(Bytes::own(file_of("\x80\x02}X\x01\0\0\0o"s + other + "s" + x + ".")), "f")["x"];
}

TEST(Pickle, ObjectsOfAnyClassAreKeptAsTheyAreDescribed) {
  const std::string one = "ca\nB\n)";
  for (const auto& [what, opcodes] :
       std::vector<std::pair<std::string, std::string>>{{"a class", "ca\nB\n"},
                                                        {"an unprintable name", "ca\nB\x1b\n"},
                                                        {"a call", one + "R"},
                                                        {"a new object", one + "\x81"},
                                                        {"one with named arguments", one + "}\x92"},
                                                        {"a call of an object", one + "R)R"},
                                                        {"with a state", one + "R}b"},
                                                        {"with any state", one + "RNb"},
                                                        {"with two states", one + "R}b}b"},
                                                        {"a dictionary", one + "RNNs"},
                                                        {"a list", one + "RNa"},
                                                        {"a longer list", one + "R(NNe"},
                                                        {"a set", one + "R(NN\x90"},
                                                        {"both", one + "RNaNNsNNs}b"}})
    EXPECT_TRUE(torch::equal(read_beside(opcodes), torch::tensor({1.0f, 2.0f}))) << what;
}
