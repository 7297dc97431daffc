// Files of torch.save: the content written by Python is read exactly, and no code in it is executed.
#include "reszoo/weights/pth.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "reference/fill.h"
#include "reszoo/base/atomic_file.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

const std::filesystem::path kPth = std::filesystem::path(RESZOO_FIXTURES) / "pth";

/// Expects the five tensors of `pth_files.py`, in order, with the values of `prefix` + key.
void expect_state(const StateDict& state, const std::string& prefix = "", const std::string& key_prefix = "") {
  const std::vector<std::pair<std::string, std::vector<int64_t>>> expected = {{"fc.weight", {3, 4}},
                                                                              {"fc.bias", {3}},
                                                                              {"bn.running_mean", {3}},
                                                                              {"bn.running_var", {3}},
                                                                              {"bn.num_batches_tracked", {}}};
  ASSERT_EQ(state.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const auto& [key, shape] = expected[i];
    EXPECT_EQ(state[i].key(), key_prefix + key);
    EXPECT_TRUE(torch::equal(state[i].value(), fill(prefix + key, shape))) << key;
    EXPECT_FALSE(state[i].value().requires_grad());
  }
}

void expect_refused(const std::string& file, const std::string& message) {
  SCOPED_TRACE(file);
  expect_error_parts(ErrorKind::file, {(kPth / file).string() + ": ", message}, [&] { read_weights(kPth / file); });
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() &&
         (a.numel() == 0 ||
          std::memcmp(a.contiguous().const_data_ptr(), b.contiguous().const_data_ptr(), a.nbytes()) == 0);
}

StateDict views_of_one_storage() {
  const auto base = fill("base", {4, 6});
  StateDict state("key");
  state.insert("whole", base);
  state.insert("again", base);
  state.insert("column", base.select(1, 1));
  state.insert("transposed", base.t());
  state.insert("part", base.slice(0, 1, 3).slice(1, 2, 5));
  state.insert("expanded", base[0].slice(0, 0, 1).expand({5}));
  return state;
}

/// Expects the views, with their strides, to share one storage.
void expect_views(const StateDict& state) {
  const auto expected = views_of_one_storage();
  ASSERT_EQ(state.keys(), expected.keys());
  for (const auto& item : expected) {
    const auto& read = state[item.key()];
    EXPECT_TRUE(torch::equal(read, item.value())) << item.key();
    EXPECT_EQ(read.strides(), item.value().strides()) << item.key();
    EXPECT_EQ(read.storage_offset(), item.value().storage_offset()) << item.key();
    EXPECT_TRUE(read.is_alias_of(state["whole"])) << item.key();
  }
}

StateDict every_type() {
  StateDict state("key");
  for (const auto& [name, type] :
       std::vector<std::pair<std::string, at::ScalarType>>{{"float32", at::kFloat},
                                                           {"float64", at::kDouble},
                                                           {"float16", at::kHalf},
                                                           {"bfloat16", at::kBFloat16},
                                                           {"int64", at::kLong},
                                                           {"int32", at::kInt},
                                                           {"int16", at::kShort},
                                                           {"int8", at::kChar},
                                                           {"uint8", at::kByte},
                                                           {"bool", at::kBool},
                                                           {"complex64", at::kComplexFloat},
                                                           {"complex128", at::kComplexDouble},
                                                           {"uint16", at::kUInt16},
                                                           {"uint32", at::kUInt32},
                                                           {"uint64", at::kUInt64},
                                                           {"float8_e4m3fn", at::kFloat8_e4m3fn},
                                                           {"float8_e5m2", at::kFloat8_e5m2},
                                                           {"float8_e4m3fnuz", at::kFloat8_e4m3fnuz},
                                                           {"float8_e5m2fnuz", at::kFloat8_e5m2fnuz}})
    state.insert(name, torch::tensor({0, 1, 2, 3}).to(type));
  state.insert("scalar", torch::tensor(2.5f));
  state.insert("empty", torch::empty({0, 3}));
  const auto number = torch::complex(torch::tensor({1.0f}), torch::tensor({2.0f}));
  state.insert("conj", number.conj());
  state.insert("neg", torch::imag(number.conj()));
  return state;
}

void expect_every_type(const StateDict& state) {
  const auto expected = every_type();
  ASSERT_EQ(state.keys(), expected.keys());
  for (const auto& item : expected)
    EXPECT_TRUE(same_bytes(state[item.key()].resolve_conj().resolve_neg(), item.value().resolve_conj().resolve_neg()))
        << item.key();
}

}  // namespace

class PthState : public testing::TestWithParam<const char*> {};

TEST_P(PthState, HasKeysAndValuesInOrder) {
  EXPECT_EQ(detect_weights(kPth / GetParam()), WeightsKind::pth);
  expect_state(read_weights(kPth / GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Python, PthState,
                         testing::Values("zip.pth", "legacy.pth", "protocol_3.pth", "protocol_4.pth", "protocol_5.pth",
                                         "legacy_protocol_4.pth", "checkpoint.pth", "legacy_checkpoint.pth",
                                         "ema_inside.pth", "compressed.pth"));

TEST(Pth, AveragedWeightsAreTakenWhenPreferred) {
  for (const auto* file : {"checkpoint.pth", "legacy_checkpoint.pth", "ema_inside.pth"}) {
    SCOPED_TRACE(file);
    expect_state(read_weights(kPth / file, {.prefer_ema = true}), "ema.");
  }
  expect_state(read_weights(kPth / "zip.pth", {.prefer_ema = true}));
}

TEST(Pth, LightningCheckpointsAreReadWithTheirPrefix) {
  expect_state(read_weights(kPth / "lightning.ckpt"), "", "model.");
}

TEST(Pth, ViewsKeepTheirStridesAndShareTheirStorage) {
  expect_views(read_weights(kPth / "shared.pth"));
  expect_views(read_weights(kPth / "legacy_shared.pth"));
}

TEST(Pth, EveryTypeComesBackWithTheSameBits) {
  expect_every_type(read_weights(kPth / "types.pth"));
  expect_every_type(read_weights(kPth / "legacy_types.pth"));
}

TEST(Pth, ParametersAreTensors) {
  for (const auto* file : {"parameters.pth", "legacy_parameters.pth"}) {
    const auto state = read_weights(kPth / file);
    EXPECT_EQ(state.keys(), (std::vector<std::string>{"plain.weight", "with.attribute", "buffer"}));
    for (const auto& item : state) EXPECT_TRUE(torch::equal(item.value(), fill(item.key(), item.value().sizes())));
  }
}

TEST(Pth, ReadingFromMemoryIsTheSame) {
  for (const auto* file : {"zip.pth", "legacy.pth"}) {
    const auto content = read_file(kPth / file);
    expect_state(read_weights(Bytes::view(content.data(), content.size()), "embedded"));
    expect_state(read_weights(Bytes::own(content), "owned"));
  }
}

TEST(Pth, TensorsAliasTheMappedFileAndOutliveIt) {
  const TempDir folder;
  std::filesystem::copy_file(kPth / "zip.pth", folder / "f");
  const auto bytes = Bytes::map(folder / "f");
  auto state = read_weights(bytes, "f");
  const auto* first = bytes.view().data();
  const auto* data = static_cast<const char*>(state["fc.weight"].const_data_ptr());
  EXPECT_TRUE(first <= data && data < first + bytes.size());
  state["fc.weight"].fill_(7);  // changes a page of this process, not the file
  expect_state(read_weights(folder / "f"));
  std::filesystem::remove(folder / "f");
  EXPECT_EQ(state["fc.weight"].sum().item<float>(), 84);
}

TEST(Pth, AFileWithoutChecksumsIsToldFromADamagedOne) {
  expect_refused("no_crc.pth",
                 "was written without checksums (torch.serialization.set_crc32_options(False)), so damage "
                 "would go unnoticed; verify = false reads it");
  expect_state(read_weights(kPth / "no_crc.pth", {.verify = false}));
  auto content = read_file(kPth / "zip.pth");
  const auto weight = fill("fc.weight", {3, 4});
  content[content.find(std::string(static_cast<const char*>(weight.const_data_ptr()), 48))] ^= 1;
  expect_error(ErrorKind::file, "f: entry \"archive/data/0\" is damaged, its CRC-32 is",
               [&] { read_weights(Bytes::own(content), "f"); });
  EXPECT_FALSE(torch::equal(read_weights(Bytes::own(content), "f", {.verify = false})["fc.weight"], weight));
}

TEST(Pth, WholeModulesAreReadAsTheirState) {
  for (const auto* file : {"module.pth", "module_inside.pth"}) {
    const auto state = read_weights(kPth / file);
    EXPECT_EQ(state.keys(), (std::vector<std::string>{"weight", "bias"}));
    EXPECT_EQ(state["weight"].sizes(), (std::vector<int64_t>{3, 4}));
  }
}

TEST(Pth, NothingIsRunAndTheGlobalIsNamed) {
  expect_refused("runs.pth", "the pickle names posix.system, which weights have no need of; nothing of it was run");
  expect_refused("legacy_runs.pth", "the pickle names posix.system");
}

TEST(Pth, OtherContentIsNamedForWhatItIs) {
  expect_refused("list.pth", "holds no state_dict but a list; save model.state_dict()");
  expect_refused("no_state.pth", "holds no state_dict but a dictionary with epoch, lr; save model.state_dict()");
  expect_refused(
      "sparse.pth",
      "holds a sparse tensor (torch._utils._rebuild_sparse_tensor), which is not read; save it with to_dense()");
  expect_refused(
      "quantized.pth",
      "holds a quantized tensor (torch._utils._rebuild_qtensor), which is not read; save it with dequantize()");
  expect_refused("big_endian.pth", "its numbers are big endian");
  expect_refused("legacy_big_endian.pth", "its numbers are big endian");
}

TEST(Pth, EveryTruncationIsRefused) {
  for (const auto* file : {"zip.pth", "legacy.pth"}) {
    const auto content = read_file(kPth / file);
    for (size_t size = 0; size < content.size(); ++size)
      expect_error(ErrorKind::file, "f: ", [&] { read_pth(Bytes::view(content.data(), size), "f"); });
  }
}

TEST(PthWriter, WhatIsWrittenComesBack) {
  expect_every_type(read_weights(Bytes::own(serialize_pth(every_type())), "f"));
  expect_views(read_weights(Bytes::own(serialize_pth(views_of_one_storage())), "f"));
  EXPECT_EQ(serialize_pth(every_type()), serialize_pth(every_type()));
  const TempDir folder;
  write_pth(folder / "f", read_weights(kPth / "legacy.pth"));
  expect_state(read_weights(folder / "f"));
}

TEST(PthWriter, UnusedPartsOfAStorageAreNotWritten) {
  const auto large = torch::arange(100'000, torch::kFloat);
  StateDict state("key");
  state.insert("row", large.slice(0, 50'000, 50'010));
  EXPECT_LT(serialize_pth(state).size(), 3000u);
  state.insert("row again", large.slice(0, 50'000, 50'010));
  state.insert("sparse", large.slice(0, 0, 100'000, 1000));
  const auto content = serialize_pth(state);
  EXPECT_LT(content.size(), 4000u);
  const auto read = read_weights(Bytes::own(content), "f");
  for (const auto& item : state) EXPECT_TRUE(torch::equal(read[item.key()], item.value())) << item.key();
  EXPECT_TRUE(read["row"].is_alias_of(read["row again"]));
}

TEST(PthWriter, WhatTheFormatCannotHoldIsRefused) {
  const auto refuse = [](const std::string& key, const Tensor& tensor, const std::string& message) {
    StateDict state("key");
    state.insert(key, tensor);
    expect_error(ErrorKind::input, message, [&] { serialize_pth(state); });
  };
  refuse("x", Tensor(), "\"x\" is undefined");
  refuse("x", torch::ones({2, 2}).to_sparse(), "\"x\" must be dense");
  refuse("\xff", torch::ones(1), "must be UTF-8");
}
