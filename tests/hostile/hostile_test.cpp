// Corrupted and malicious files of weights.
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/serialize.h>

#include <fstream>
#include <optional>

#include "hostile/mutate.h"
#include "hostile/withstand.h"
#include "hostile/zip_file.h"
#include "reference/fill.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/weights/torchscript.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

const std::filesystem::path kFixtures = RESZOO_FIXTURES;

/// Returns bytes that a tensor either may alias or must copy; both cases are tested.
Bytes bytes_of(const std::string& content) {
  return content.size() % 2 == 0 ? Bytes::own(content) : Bytes::view(content.data(), content.size());
}

template <StateDict (*read)(const Bytes&, const std::string&, const ReadOptions&)>
StateDict read_bytes(const std::string& content, bool verify) {
  return read(bytes_of(content), "f", {.verify = verify});
}

/// Damages a zip archive as bytes, or takes it apart and damages its pickle, code, other entries or directory. In the
/// latter case the CRCs are corrected, because the CRC check would hide the mutation from the readers.
Mutant damage_archive(const std::string& archive, Random& random) {
  if (random.below(2) == 0) return {damage(archive, random)};
  auto parts = take_apart(archive);
  if (random.below(4) == 0) {
    damage_parts(parts, random);
  } else {
    for (auto& part : parts)
      if (part.name.ends_with("/data.pkl") || (part.name.ends_with(".py") && random.below(8) == 0))
        part.content = damage_pickle(part.content, random);
  }
  return {put_together(parts), /*checksums_fit=*/true};
}

std::vector<std::string> fixtures(const std::vector<std::string>& names) {
  std::vector<std::string> contents;
  for (const auto& name : names) contents.push_back(read_file(kFixtures / name));
  return contents;
}

StateDict small_state() {
  StateDict state("key");
  const auto shared = fill("shared", {5, 7});
  state.insert("layer.weight", fill("layer.weight", {8, 3}));
  state.insert("layer.bias", fill("layer.bias", {8}));
  state.insert("tied", shared);
  state.insert("tied too", shared);
  state.insert("count", torch::tensor(3));
  state.insert("mask", torch::tensor({true, false, true}));
  state.insert("half", torch::ones(3, torch::kHalf));
  return state;
}

std::string model_file() {
  const TempDir folder;
  write_model_file(folder / "m", {{"model", "x"}, {"options", {{"outputs", 3}}}}, small_state());
  return read_file(folder / "m");
}

std::string torch_save_archive() {
  torch::nn::Sequential module(torch::nn::Linear(3, 4), torch::nn::BatchNorm1d(4));
  std::ostringstream stream;
  torch::save(module, stream);
  return stream.str();
}

Mutant damage_safetensors(const std::string& file, Random& random) {
  return {random.below(2) == 0 ? damage(file, random) : damage_header(file, random)};
}

}  // namespace

TEST(Hostile, PthZip) {
  expect_withstands({read_bytes<read_pth>, damage_archive, /*has_checksums=*/true},
                    fixtures({"pth/zip.pth", "pth/checkpoint.pth", "pth/shared.pth", "pth/types.pth",
                              "pth/compressed.pth", "pth/parameters.pth", "pth/protocol_4.pth"}));
}

/// Returns zip.pth with a different, compressed pickle and a wrong size.
std::string with_pickle(const std::string& pickle, std::optional<uint32_t> size = {}) {
  auto parts = take_apart(read_file(kFixtures / "pth/zip.pth"));
  for (auto& part : parts)
    if (part.name.ends_with("/data.pkl")) part = {.name = part.name, .content = pickle, .deflated = true, .size = size};
  return put_together(parts);
}

TEST(Hostile, BombsAreRefusedBeforeTheyTakeMemory) {
  forget_peak();
  const auto refuse = [](const std::string& archive, const std::string& message) {
    const size_t before = memory("VmRSS");
    expect_error(ErrorKind::file, message, [&] { read_pth(Bytes::own(archive), "f"); });
    EXPECT_LT(memory("VmHWM") - before, archive.size() + kMostGrowth);
  };
  const std::string many(size_t{1} << 20, 'N');
  refuse(with_pickle(many, 0x40000000),
         "is compressed, and would take the archive over 64 MiB unpacked; save it uncompressed");
  refuse(with_pickle(many, 0x3000000), "cannot unpack to 50331648 bytes from");
  refuse(with_pickle(many, 1000), "does not unpack to its 1000 bytes");
  refuse(with_pickle("\x80\x02" + std::string(size_t{20} << 20, 'N')), "the pickle has more values than fit 96 MiB");
  refuse(with_pickle("\x80\x02" + std::string(size_t{20} << 20, '(')), "the pickle has more values than fit 96 MiB");
}

TEST(Hostile, DeepTreesDoNotDeepenTheStack) {
  std::string nested = "\x80\x02}";
  for (int i = 0; i < 500'000; ++i) nested += '\x85';  // nested tuples
  expect_error(ErrorKind::file, "holds no state_dict but a list",
               [&] { read_pth(Bytes::own(with_pickle(nested + ".")), "f"); });
  const std::string_view itself("\x80\x02}q\x01X\x05\0\0\0modelh\x01s.", 19);  // {"model": the same dictionary}
  expect_error(ErrorKind::file, "holds no state_dict but a dictionary with model",
               [&] { read_pth(Bytes::own(with_pickle(std::string(itself))), "f"); });
}

TEST(Hostile, PthLegacy) {
  const auto mutate = [](const std::string& file, Random& random) { return Mutant{damage_pickle(file, random)}; };
  expect_withstands({read_bytes<read_pth>, mutate},
                    fixtures({"pth/legacy.pth", "pth/legacy_checkpoint.pth", "pth/legacy_shared.pth",
                              "pth/legacy_types.pth", "pth/legacy_parameters.pth", "pth/legacy_protocol_4.pth"}));
}

TEST(Hostile, TorchScript) {
  expect_withstands({read_bytes<read_torchscript>, damage_archive, /*has_checksums=*/true},
                    fixtures({"rtdl_scripted.pt", "rtdl_traced.pt"}));
}

TEST(Hostile, TorchSave) {
  expect_withstands({read_bytes<read_torchscript>, damage_archive, /*has_checksums=*/true}, {torch_save_archive()});
}

TEST(Hostile, Safetensors) {
  const auto read = [](const std::string& content, bool) { return parse_safetensors(bytes_of(content), "f").tensors; };
  expect_withstands({read, damage_safetensors}, {serialize_safetensors(small_state(), {{"note", "text"}})});
}

TEST(Hostile, ModelFile) {
  // Reads as Model::load does. For read_weights, a file that lost all of its metadata is a safetensors file without a
  // digest.
  const auto read = [](const std::string& bytes, bool verify) {
    return parse_model_file(Bytes::own(bytes), "file", {.verify = verify}).tensors;
  };
  expect_withstands({read, damage_safetensors, /*has_checksums=*/true}, {model_file()});
}

TEST(Hostile, ShardIndex) {
  const TempDir folder;
  write_safetensors(folder / "a.safetensors", small_state());
  StateDict other("key");
  other.insert("other", torch::ones({2, 3}));
  write_pth(folder / "b.bin", other);
  const auto path = folder / "index";
  const auto read = [&](const std::string& content, bool) {
    std::ofstream(path, std::ios::binary) << content;
    return read_shards(path);
  };
  std::string index = R"({"metadata": {"total_size": 300}, "weight_map": {"other": "b.bin", )";
  for (const auto& key : small_state().keys()) index += fmt::format("\"{}\": \"a.safetensors\", ", key);
  index.replace(index.size() - 2, 2, "}}");
  const auto mutate = [](const std::string& file, Random& random) { return Mutant{damage(file, random)}; };
  expect_withstands({read, mutate}, {index});
}

TEST(Hostile, OddCheckpoints) {
  std::vector<std::string> archives, pickles;
  const auto fixture = read_fixture("odd_checkpoints");
  for (const auto& record : fixture.at("records"))
    if (const auto content = from_hex(record.at("content").get<std::string>());
        !record.contains("error") && !record.contains("key"))
      (content.starts_with("PK") ? archives : pickles).push_back(content);
  expect_withstands({read_bytes<read_pth>, damage_archive, /*has_checksums=*/true}, archives);
  const auto mutate = [](const std::string& file, Random& random) { return Mutant{damage_pickle(file, random)}; };
  expect_withstands({read_bytes<read_pth>, mutate}, pickles);
}

TEST(Hostile, BytesBehindAnArchive) {
  const auto mutate = [](const std::string& file, Random& random) {
    auto mutant = damage_archive(file, random);
    const auto more = random.below(200);
    for (size_t i = 0; i < more; ++i) mutant.bytes += static_cast<char>(random.below(256));
    if (random.below(4) == 0) mutant.bytes += "PK\x05\x06" + std::string(random.below(40), '\0');  // a false end record
    return mutant;
  };
  expect_withstands({read_bytes<read_pth>, mutate, /*has_checksums=*/true},
                    fixtures({"pth/zip.pth", "pth/compressed.pth"}));
}

TEST(Hostile, NumpyPickle) {
  std::vector<std::string> files;
  for (const auto* name :
       {"detectron2, protocol 2", "detectron2, protocol 4", "detectron2, protocol 5", "Detectron, Python 2"})
    files.push_back(from_hex(read_fixture("numpy_pickles").at("records").at(name).at("content").get<std::string>()));
  const auto mutate = [](const std::string& file, Random& random) { return Mutant{damage_pickle(file, random)}; };
  // Detected from the content, as in a program: damage can make a file look like another format.
  const auto read = [](const std::string& content, bool verify) {
    return read_weights(bytes_of(content), "f", {.verify = verify});
  };
  expect_withstands({read, mutate}, files);
}
