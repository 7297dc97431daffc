// A model that answers many threads: as it would answer each alone, also while its file is replaced.
#include "reszoo/serve/served_model.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "reszoo/base/atomic_file.h"
#include "reszoo/data/decode.h"
#include "served_files.h"

using namespace reszoo;
using namespace reszoo::test;
using namespace std::chrono_literals;

namespace {

double price_of(const Answers& answers) {
  return answers.batch->table.at("prediction").numbers[answers.begin].item<double>();
}

Row asked_row(int i) { return {{"size", 0.5 * i}, {"colour", i % 3 == 0 ? "red" : i % 3 == 1 ? "green" : "blue"}}; }

/// The row as a table or as rows, which are joined with others differently.
ModelInput asked(int i) {
  if (i % 2 == 0) return frame_of({asked_row(i)});
  return std::vector<Row>{asked_row(i)};
}

/// Asks from many threads at once, so that batches form, and checks each answer.
void expect_as_alone(ServedModel& served, Model alone) {
  std::vector<std::thread> clients;
  std::vector<double> found(40);
  for (int i = 0; i < 40; ++i)
    clients.emplace_back([&, i] { found[static_cast<size_t>(i)] = price_of(served.ask(asked(i))); });
  for (auto& client : clients) client.join();
  alone.fuse();
  for (int i = 0; i < 40; ++i)
    EXPECT_NEAR(found[static_cast<size_t>(i)], alone.predict(asked_row(i)).value, 1e-3) << "row " << i;
}

}  // namespace

TEST(ServedModel, AnswersManyThreadsAsEachAlone) {
  const TempDir folder;
  const auto model = goods_model();
  model.save(folder / "m.safetensors");
  for (const auto wait : {0ms, 20ms}) {
    ServedModel served("m", folder / "m.safetensors", {.max_batch = 16, .max_wait = wait});
    expect_as_alone(served, Model::load(folder / "m.safetensors"));
  }
}

TEST(ServedModel, ALargeTableIsAnsweredByAllThreads) {
  const TempDir folder;
  goods_model().save(folder / "m.safetensors");
  ServedModel served("m", folder / "m.safetensors");
  std::vector<Row> rows(20'000);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = asked_row(static_cast<int>(i % 100));
  const auto answers = served.ask(frame_of(rows));
  auto alone = Model::load(folder / "m.safetensors");
  alone.fuse();
  const auto expected = alone.predict(std::vector<Row>(rows.begin(), rows.begin() + 100));
  const auto found = answers.batch->table.at("prediction").numbers.slice(0, answers.begin).contiguous();
  ASSERT_EQ(answers.rows, 20'000);
  for (int64_t i = 0; i < answers.rows; ++i)
    EXPECT_NEAR(found.const_data_ptr<double>()[i], expected[static_cast<size_t>(i % 100)].value, 1e-3) << "row " << i;
}

TEST(ServedModel, TheModelDoesNotDependOnItsFile) {
  const TempDir folder;
  goods_model().save(folder / "m.safetensors");
  ServedModel served("m", folder / "m.safetensors");
  const auto before = price_of(served.ask(asked(3)));
  std::ofstream(folder / "m.safetensors", std::ios::binary | std::ios::trunc) << "overwritten in place";
  EXPECT_EQ(price_of(served.ask(asked(3))), before);
  EXPECT_GT(price_of(served.ask(asked(4))), 0);
}

TEST(ServedModel, HasThePrecisionThatIsAsked) {
  const TempDir folder;
  goods_model().save(folder / "m.safetensors");
  const auto precision = [&](const FuseOptions& how) {
    return open_fused(folder / "m.safetensors", {}, how).model()->fused().front().precision();
  };
  EXPECT_EQ(precision({}), Precision::float32);
  EXPECT_EQ(precision({.precision = Precision::bfloat16}), Precision::bfloat16);
  expect_error(ErrorKind::usage, "int8 needs a quantization", [&] { precision({.precision = Precision::int8}); });
}

TEST(ServedModel, AWrongCallDoesNotAffectItsBatch) {
  const TempDir folder;
  goods_model().save(folder / "m.safetensors");
  ServedModel served("m", folder / "m.safetensors", {.max_batch = 4, .max_wait = 1h});
  std::vector<Frame> asked = {frame_of({asked_row(1)}), frame_of({Row{{"size", "large"}, {"colour", "red"}}}),
                              frame_of({asked_row(2)}), frame_of({Row{{"size", 1.0}}})};
  std::vector<std::string> errors(asked.size());
  std::vector<std::thread> clients;
  for (size_t i = 0; i < asked.size(); ++i)
    clients.emplace_back([&, i] {
      try {
        served.ask(asked[i]);
      } catch (const Error& error) {
        errors[i] = error.what();
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(errors[0], "");
  EXPECT_NE(errors[1].find("column \"size\""), std::string::npos) << errors[1];
  EXPECT_NE(errors[1].find("row 1"), std::string::npos) << errors[1];
  EXPECT_EQ(errors[2], "");
  EXPECT_NE(errors[3].find("colour"), std::string::npos) << errors[3];
}

TEST(ServedModel, RowsWithMissingValuesAndTextAreReadAsAlone) {
  const TempDir folder;
  goods_model().save(folder / "m.safetensors");
  ServedModel served("m", folder / "m.safetensors", {.max_batch = 4, .max_wait = 1h});
  const std::vector<Row> asking = {{{"size", 3.0}, {"colour", "red"}},
                                   {{"size", "3"}, {"colour", "red"}},
                                   {{"size", std::nullopt}, {"colour", "red"}},
                                   {{"size", 3.0}, {"colour", std::nullopt}}};
  std::vector<double> found(asking.size());
  std::vector<std::thread> clients;
  for (size_t i = 0; i < asking.size(); ++i)
    clients.emplace_back([&, i] { found[i] = price_of(served.ask(std::vector<Row>{asking[i]})); });
  for (auto& client : clients) client.join();
  auto alone = Model::load(folder / "m.safetensors");
  alone.fuse();
  for (size_t i = 0; i < asking.size(); ++i) EXPECT_NEAR(found[i], alone.predict(asking[i]).value, 1e-3) << i;
}

TEST(ServedModel, ImagesOfManySizesKeepTheirPlaces) {
  const TempDir folder;
  auto model = small_model();
  model.image->crop = {};  // so that shapes differ
  model.save(folder / "m.safetensors");
  ServedModel served("m", folder / "m.safetensors");
  const std::vector<std::string> photos = {photo(40, 40, 10), photo(60, 40, 200), photo(40, 40, 120)};
  EncodedInput input;
  for (const auto& one : photos) {
    input.names.push_back("photo");
    input.images.push_back(Bytes::own(one));
  }
  const auto answers = served.ask(input);
  ASSERT_EQ(answers.rows, 3);
  auto alone = Model::load(folder / "m.safetensors");
  alone.fuse();
  for (int64_t i = 0; i < 3; ++i) {
    const auto expected = alone.predict(*open_image(Bytes::own(photos[static_cast<size_t>(i)]), "photo"));
    EXPECT_NEAR(answers.batch->probabilities[answers.begin + i][1].item<double>(), expected.probabilities[1], 1e-5);
  }
}

TEST(ServedModel, SaysWhatTrainingDidNotSee) {
  const TempDir folder;
  goods_model().save(folder / "m.safetensors");
  ServedModel served("m", folder / "m.safetensors");
  EXPECT_EQ(served.ask(frame_of({asked_row(1)})).unseen, "");
  const auto answers = served.ask(frame_of({Row{{"size", 3.0}, {"colour", "violet"}}}));
  EXPECT_NE(answers.unseen.find("violet"), std::string::npos) << answers.unseen;
}

TEST(ServedModel, ANewFileReplacesTheModel) {
  const TempDir folder;
  goods_model().save(folder / "m.safetensors");
  std::vector<std::string> notes;
  ServedModel served("m", folder / "m.safetensors",
                     {.on_note = [&](const std::string& line) { notes.push_back(line); }});
  const auto before = price_of(served.ask(frame_of({asked_row(1)})));
  EXPECT_FALSE(served.refresh());
  goods_model("price", 1.5).save(folder / "m.safetensors");
  EXPECT_TRUE(served.refresh());
  const auto answers = served.ask(frame_of({asked_row(1)}));
  EXPECT_EQ(answers.batch->version, 2);
  EXPECT_NE(price_of(answers), before);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("m: version 2 loaded from"), std::string::npos);
}

TEST(ServedModel, ABadFileLeavesTheOldModel) {
  const TempDir folder;
  const auto path = folder / "m.safetensors";
  goods_model().save(path);
  std::vector<std::string> notes;
  ServedModel served("m", path, {.on_note = [&](const std::string& line) { notes.push_back(line); }});
  const auto before = price_of(served.ask(frame_of({asked_row(1)})));
  const auto content = read_file(path);
  // Overwritten in place, as cp does: the running model must not see it.
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content.substr(0, content.size() / 2);
  EXPECT_FALSE(served.refresh());
  EXPECT_FALSE(served.refresh()) << "it is not tried again before it changes";
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("m: version 1 stays, the file cannot be loaded: " + path.string()), std::string::npos)
      << notes[0];
  EXPECT_EQ(price_of(served.ask(frame_of({asked_row(1)}))), before);
  std::filesystem::remove(path);
  EXPECT_FALSE(served.refresh());
  EXPECT_EQ(price_of(served.ask(frame_of({asked_row(1)}))), before);
}

TEST(ServedModel, ReloadsUnderLoadLoseNoCall) {
  const TempDir folder;
  goods_model().save(folder / "m.safetensors");
  ServedModel served("m", folder / "m.safetensors", {.streams = 2});
  std::atomic<bool> stopped = false;
  std::atomic<int> answered = 0, failed = 0;
  std::vector<std::thread> clients;
  for (int client = 0; client < 4; ++client)
    clients.emplace_back([&] {
      while (!stopped) try {
          served.ask(frame_of({asked_row(1)}));
          ++answered;
        } catch (const std::exception&) {
          ++failed;
        }
    });
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(served.refresh(/*always=*/true));
  stopped = true;
  for (auto& client : clients) client.join();
  EXPECT_EQ(failed, 0);
  EXPECT_GT(answered, 0);
  EXPECT_EQ(served.version()->number, 21);
}

TEST(ServedModel, AStoppedModelRefusesCalls) {
  const TempDir folder;
  goods_model().save(folder / "m.safetensors");
  ServedModel served("m", folder / "m.safetensors");
  served.stop();
  EXPECT_THROW(served.ask(frame_of({asked_row(1)})), Refused);
}
