// Files that hold no weights are named for what they are, in one line that says what to do.
#include <gtest/gtest.h>
#include <torch/types.h>

#include "reszoo/base/atomic_file.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/safetensors.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
using namespace std::string_literals;

namespace {

void expect_described(const std::string& content, const std::string& message) {
  SCOPED_TRACE(message);
  try {
    read_weights(Bytes::own(content), "f");
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_TRUE(text.starts_with("f: " + message)) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }
}

StateDict one_tensor(const std::string& key, const Tensor& tensor) {
  StateDict state("key");
  state.insert(key, tensor);
  return state;
}

}  // namespace

TEST(ForeignFiles, AreNamedWithWhatToDo) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"", "is empty; download or save it again"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
       "is a Git LFS pointer, not the weights"},
      {"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "is a web page"},
      {"\n\n  <HTML><head>", "is a web page"},
      {"\xef\xbb\xbf<!doctype HTML>", "is a web page"},
      {"<!-- a comment -->\n<html>", "is a web page"},
      {"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "is XML, as a server answers"},
      {"404: Not Found", "is a text in which a server says that there is no such file"},
      {"Entry not found", "is a text in which a server"},
      {"Access to model x is restricted", "is a text in which a server"},
      {"\x1f\x8b\x08\0\0\0\0\0"s, "is compressed by gzip; unpack it with gunzip"},
      {"BZh91AY&SY", "is compressed by bzip2"},
      {"\xfd"
       "7zXZ\0\0\4"s,
       "is compressed by xz"},
      {"\x28\xb5\x2f\xfd\x04", "is compressed by zstd"},
      {"7z\xbc\xaf\x27\x1c\0\4"s, "is a 7z archive; unpack it"},
      {"Rar!\x1a\x07\x01\0"s, "is a RAR archive; unpack it"},
      {"model.pth" + std::string(248, '\0') + "ustar\0"s + std::string(249, '\0'), "is a tar archive; unpack it"},
      {"GGUF\3\0\0\0"s, "is a GGUF file of llama.cpp"},
      {"\x82\xa6params\x81", "is MessagePack, as Flax saves weights"},
      {"\x89HDF\r\n\x1a\n\0\0"s, "is HDF5, as Keras saves weights"},
      {"\x1c\0\0\0TFL3\0\0"s, "is a TensorFlow Lite model"},
      {std::string(100, 'x') + "\x57\xfb\x80\x8b\x24\x75\x47\xdb", "is the index of a TensorFlow checkpoint"},
      {"model_checkpoint_path: \"model.ckpt-3\"\n", "is the list of a TensorFlow checkpoint"},
      {"\x08\x08\x12\x07pytorch\x1a\x05"s, "is an ONNX model, whose weights are not read"},
      {"\x08\x0a\x12\x0ftf2onnx 1.16.1:", "is an ONNX model"},
      {"\x93NUMPY\x01\0v\0"s, "is one NumPy array"},
      {"\x89PNG\r\n\x1a\n", "is an image, not weights"},
      {"\xff\xd8\xff\xe0", "is an image, not weights"},
      {"%PDF-1.7", "is a PDF"},
      {"\x7f"
       "ELF\2",
       "is a program or library"},
      {"{\"architectures\": [\"ResNet\"]}", "is JSON without a weight_map"},
      {"junkPK\x03\x04rest", "has 4 bytes before its zip archive; cut them off: tail -c +5"},
      {"hello, world", "is not a weights file; these are read: .safetensors, "},
  };
  for (const auto& [content, message] : files) expect_described(content, message);
}

TEST(ForeignFiles, FoldersNameTheFileInThem) {
  const TempDir folder;
  expect_error(ErrorKind::file, ": is a folder, not a file", [&] { read_weights(folder.path()); });
  write_file(folder / "saved_model.pb", "x");
  expect_error(ErrorKind::file, ": is a TensorFlow model", [&] { read_weights(folder.path()); });
  write_safetensors(folder / "model.safetensors", one_tensor("a", torch::ones(1)));
  expect_error(ErrorKind::file, ": is a folder; name its model.safetensors", [&] { read_weights(folder.path()); });
}

TEST(Shards, AreReadByTheIndexOfHuggingFace) {
  const TempDir folder;
  for (const std::string ending : {".bin", ".safetensors"}) {
    const auto base = ending == ".bin" ? "pytorch_model" : "model";
    const auto part = [&](int number) { return fmt::format("{}-0000{}-of-00002{}", base, number, ending); };
    const auto index = fmt::format("{}{}.index.json", base, ending);
    const auto first = one_tensor("b", torch::ones(2)), second = one_tensor("a.weight", torch::zeros({3, 2}));
    for (const auto& [number, state] : {std::pair{1, first}, std::pair{2, second}})
      if (ending == ".bin") write_pth(folder / part(number), state);
      else write_safetensors(folder / part(number), state);
    expect_error(
        ErrorKind::file,
        fmt::format("is part 00001 of 00002 of a model; name its index {}, which is not in this folder", index),
        [&] { read_weights(folder / part(1)); });
    write_file(folder / index,
               fmt::format(R"({{"metadata": {{"total_size": 32}}, "weight_map": {{"a.weight": "{}", "b": "{}"}}}})",
                           part(2), part(1)));
    const auto state = read_weights(folder / index);
    EXPECT_EQ(state.keys(), (std::vector<std::string>{"a.weight", "b"}));
    EXPECT_TRUE(torch::equal(state["b"], first["b"]));
    EXPECT_EQ(read_weights(folder / index, {.key = "a"}).keys(), std::vector<std::string>{"weight"});
    expect_error(ErrorKind::file, fmt::format("is part 00002 of 00002 of a model; name its index {}", index),
                 [&] { read_weights(folder / part(2)); });
  }
  // One part is whole.
  write_pth(folder / "pytorch_model-00001-of-00001.bin", one_tensor("a", torch::ones(1)));
  EXPECT_EQ(read_weights(folder / "pytorch_model-00001-of-00001.bin").size(), 1u);
}
