#include "foreign_files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "reszoo/base/error.h"
#include "zip.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;
using Text = std::string_view;

constexpr size_t kLooked = 4096;  // bytes of a text file

/// Whether the first letters are `wanted`, in any case, after a byte order mark and spaces.
bool begins_with(Text bytes, Text wanted) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  while (!bytes.empty() && std::isspace(static_cast<unsigned char>(bytes[0]))) bytes.remove_prefix(1);
  return bytes.size() >= wanted.size() && std::equal(wanted.begin(), wanted.end(), bytes.begin(), [](char a, char b) {
           return a == std::tolower(static_cast<unsigned char>(b));
         });
}

bool is_html(Text bytes) {
  return begins_with(bytes, "<!doctype html") || begins_with(bytes, "<html") ||
         (begins_with(bytes, "<") && bytes.substr(0, kLooked).find("<html") != Text::npos);
}

/// Whether this is a short plain text in which a server says why it did not send the file.
bool is_error_text(Text bytes) {
  constexpr std::array kWords = {"404", "403", "401", "not found", "Not Found", "denied", "Unauthorized", "restricted"};
  const auto is_plain = [](unsigned char letter) { return std::isprint(letter) || std::isspace(letter); };
  return bytes.size() <= kLooked && std::all_of(bytes.begin(), bytes.end(), is_plain) &&
         std::any_of(kWords.begin(), kWords.end(), [&](const char* word) { return bytes.find(word) != Text::npos; });
}

/// A map of a few entries whose first key is a short text.
bool is_msgpack(Text bytes) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  return bytes.size() > 2 && byte(0) > 0x80 && byte(0) < 0x90 && byte(1) > 0xa0 && byte(1) < 0xc0 && byte(2) >= ' ' &&
         byte(2) < 0x7f;
}

/// Whether this is a protobuf that begins with a small version number and then the name of the program that wrote it.
bool is_onnx(Text bytes) {
  return bytes.size() > 5 && bytes[0] == 8 && bytes[1] > 0 && bytes[1] < 64 && bytes[2] == 0x12 && bytes[3] > 0 &&
         std::isalpha(static_cast<unsigned char>(bytes[4]));
}

/// The content of a file, and what it is.
struct ForeignFile {
  bool (*matches)(Text bytes);
  const char* text;
};

constexpr ForeignFile kForeign[] = {
    {[](Text bytes) { return bytes.empty(); }, "is empty; download or save it again"},
    {[](Text bytes) { return bytes.starts_with("version https://git-lfs"); },
     "is a Git LFS pointer, not the weights; fetch them with git lfs pull"},
    {is_html, "is a web page, perhaps one to log in or of an error, not the weights; download the file itself"},
    {[](Text bytes) { return begins_with(bytes, "<?xml") || begins_with(bytes, "<error"); },
     "is XML, as a server answers when it denies a file, not the weights; download the file again"},
    {[](Text bytes) { return bytes.starts_with("\x1f\x8b"); },
     "is compressed by gzip; unpack it with gunzip or tar -xzf"},
    {[](Text bytes) { return bytes.starts_with("BZh"); }, "is compressed by bzip2; unpack it with bunzip2 or tar -xjf"},
    {[](Text bytes) {
       return bytes.starts_with(
           Text("\xfd"
                "7zXZ\0",
                6));
     },
     "is compressed by xz; unpack it with unxz or tar -xJf"},
    {[](Text bytes) { return bytes.starts_with("\x28\xb5\x2f\xfd"); },
     "is compressed by zstd; unpack it with unzstd or tar --zstd -xf"},
    {[](Text bytes) { return bytes.starts_with("7z\xbc\xaf\x27\x1c"); }, "is a 7z archive; unpack it"},
    {[](Text bytes) { return bytes.starts_with("Rar!\x1a\x07"); }, "is a RAR archive; unpack it"},
    {[](Text bytes) { return bytes.size() > 262 && bytes.substr(257, 5) == "ustar"; },
     "is a tar archive; unpack it with tar -xf (a .pth from before PyTorch 0.1.10: load and save it again in Python)"},
    {[](Text bytes) { return bytes.starts_with("GGUF"); },
     "is a GGUF file of llama.cpp, whose networks are not read; give a .safetensors or .pth file of the weights"},
    {[](Text bytes) { return bytes.starts_with("\x89HDF\r\n\x1a\n"); },
     "is HDF5, as Keras saves weights (.h5); its layers have other names and shapes: save the PyTorch weights instead"},
    {[](Text bytes) { return bytes.size() > 8 && bytes.substr(4, 4) == "TFL3"; },
     "is a TensorFlow Lite model, which is not read; give the weights of PyTorch"},
    {[](Text bytes) { return bytes.ends_with("\x57\xfb\x80\x8b\x24\x75\x47\xdb"); },
     "is the index of a TensorFlow checkpoint, which is not read; convert it to PyTorch first"},
    {[](Text bytes) { return bytes.starts_with("model_checkpoint_path:"); },
     "is the list of a TensorFlow checkpoint, which is not read; convert it to PyTorch first"},
    {is_msgpack, "is MessagePack, as Flax saves weights, which is not read; save the PyTorch weights instead"},
    {is_onnx, "is an ONNX model, whose weights are not read; give the .pth or .safetensors file it was made from"},
    {[](Text bytes) { return bytes.starts_with("\x93NUMPY"); },
     "is one NumPy array, not a dictionary of weights; save the weights with torch.save or safetensors"},
    {[](Text bytes) { return bytes.starts_with("\x89PNG") || bytes.starts_with("\xff\xd8\xff"); },
     "is an image, not weights"},
    {[](Text bytes) { return bytes.starts_with("%PDF"); }, "is a PDF, not weights"},
    {[](Text bytes) {
       return bytes.starts_with(
           "\x7f"
           "ELF");
     },
     "is a program or library, not weights"},
    {[](Text bytes) { return begins_with(bytes, "{"); },
     "is JSON without a weight_map, perhaps the settings of a model; give the file of its weights (.safetensors, .bin, "
     ".pth)"},
    {is_error_text, "is a text in which a server says that there is no such file, not the weights; download it again"},
};

/// What a zip archive is that torch.save did not write.
std::string describe_zip(const Bytes& bytes, const std::string& source) {
  const Zip zip(bytes, source, /*verify=*/false);
  const auto has = [&](Text ending) {
    return std::any_of(zip.entries().begin(), zip.entries().end(),
                       [&](const auto& entry) { return entry.name.ends_with(ending); });
  };
  if (has("models/model.json") || has("serialized_exported_program.json"))
    return "is a program of torch.export, whose weights are not read; in Python, save "
           "torch.export.load(file).state_dict";
  if (has("model.weights.h5")) return "is a Keras model, which is not read; save the PyTorch weights instead";
  if (has(".npy"))
    return "is an archive of NumPy arrays (.npz), which is not read; save the arrays with safetensors.numpy.save_file";
  for (const auto* ending : {".pth", ".pt", ".ckpt", ".bin", ".safetensors"})
    if (has(ending)) return "is a zip archive with weights in it; unpack it with unzip";
  return "is a zip archive, but torch.save did not write it; unpack it with unzip";
}

bool is_tensorflow_data(const std::string& source) { return source.find(".data-00000-of-") != std::string::npos; }

}  // namespace

std::string describe_foreign(const Bytes& bytes, const std::string& source) {
  const auto text = bytes.view();
  if (text.starts_with("PK\x03\x04")) return describe_zip(bytes, source);
  for (const auto& row : kForeign)
    if (row.matches(text)) return row.text;
  if (is_tensorflow_data(source))
    return "is a part of a TensorFlow checkpoint, which is not read; convert it to PyTorch first";
  if (const auto zip = text.substr(0, kLooked).find("PK\x03\x04"); zip != Text::npos)
    return fmt::format("has {} bytes before its zip archive; cut them off: tail -c +{}", zip, zip + 1);
  return "";
}

std::string describe_folder(const fs::path& folder) {
  for (const auto* name : {"model.safetensors.index.json", "model.safetensors", "pytorch_model.bin.index.json",
                           "pytorch_model.bin", "model/model.safetensors"})
    if (fs::exists(folder / name)) return fmt::format("is a folder; name its {}", name);
  if (fs::exists(folder / "saved_model.pb"))
    return "is a TensorFlow model, which is not read; convert it to PyTorch first";
  return "is a folder, not a file";
}

}  // namespace reszoo
