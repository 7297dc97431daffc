// Checkpoints that Python programs saved: the state is found under any name, and objects beside it do no harm.
#include <gtest/gtest.h>
#include <torch/types.h>

#include "reszoo/weights/read.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Expects the tensors of these keys, with the values of their names in the state: "inner.conv.weight" has those of
/// "conv.weight".
void expect_tensors(const StateDict& state, const std::vector<std::string>& keys) {
  EXPECT_EQ(state.keys(), keys);
  for (const auto& item : state) {
    const auto name = item.key().substr(item.key().rfind("conv."));
    EXPECT_TRUE(torch::equal(item.value(), fill(name, item.value().sizes()))) << item.key();
  }
}

}  // namespace

TEST(OddCheckpoints, TheStateIsFoundOrTheErrorSaysWhatToDo) {
  const auto fixture = read_fixture("odd_checkpoints");
  for (const auto& [name, record] : fixture.at("records").items()) {
    SCOPED_TRACE(name);
    const auto bytes = Bytes::own(from_hex(record.at("content").get<std::string>()));
    const ReadOptions options{.key = record.value("key", "")};
    if (!record.contains("error")) {
      try {
        expect_tensors(read_weights(bytes, "f", options), record.at("keys"));
      } catch (const Error& error) {
        ADD_FAILURE() << error.what();
      }
      continue;
    }
    try {
      read_weights(bytes, "f", options);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      const std::string message = error.what();
      EXPECT_NE(message.find(record.at("error").get<std::string>()), std::string::npos) << message;
      EXPECT_TRUE(message.starts_with("f: ")) << message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    }
  }
}

TEST(OddCheckpoints, SeveralStatesComeUnderTheirNames) {
  const auto record = read_fixture("odd_checkpoints").at("records").at("student and teacher");
  const auto bytes = Bytes::own(from_hex(record.at("content").get<std::string>()));
  EXPECT_EQ(read_weights(bytes, "f", {.all_states = true}).keys(),
            (std::vector<std::string>{"student.conv.weight", "student.conv.bias", "teacher.conv.weight",
                                      "teacher.conv.bias"}));
}

TEST(OddCheckpoints, AveragedWeightsThatAreNotTakenAreSaid) {
  const auto records = read_fixture("odd_checkpoints").at("records");
  const auto notes_of = [&](const std::string& name, ReadOptions options) {
    std::vector<std::string> notes;
    options.on_note = [&](const std::string& line) { notes.push_back(line); };
    read_weights(Bytes::own(from_hex(records.at(name).at("content").get<std::string>())), "f", options);
    return notes;
  };
  for (const auto* name : {"model and model_ema", "state_dict and state_dict_ema"}) {
    const auto ema = std::string(name).substr(std::string(name).rfind(' ') + 1);
    EXPECT_EQ(notes_of(name, {}), std::vector{fmt::format("f: has averaged (EMA) weights too, under {}; --use-ema "
                                                          "(prefer_ema) takes them",
                                                          ema)});
    EXPECT_TRUE(notes_of(name, {.prefer_ema = true}).empty());
    EXPECT_TRUE(notes_of(name, {.key = ema}).empty());
  }
  EXPECT_TRUE(notes_of("model and an empty model_ema", {}).empty());
}
