// Tables as people have them: what is read, what is asked, what is refused, in training and later.
#include <functional>

#include "reszoo/data/table.h"
#include "reszoo/recipes/table_data.h"
#include "training_rows.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using Words = std::vector<std::string>;

/// A folder of tables with x, a colour, y = 2 x, and a column `c` whose cells a function gives.
struct Tables {
  TempDir folder;

  using Cell = std::function<std::string(int)>;
  static double x(int i) { return std::fmod(i * 0.618034, 1.0) * 8; }

  std::filesystem::path put(const std::string& name, const Cell& cell, int rows = 300,
                            const std::string& more = "") const {
    std::string text = "x;colour;y;c\n";
    for (int i = 0; i < rows; ++i)
      text += fmt::format("{:.3f};{};{:.3f};{}\n", x(i), i % 3 == 0 ? "red" : "blue", 2 * x(i), cell(i));
    write_file(folder / name, text + more);
    return folder / name;
  }

  TrainingData train(const Cell& cell, TableDataOptions options = {}) const {
    if (options.target.empty()) options.target = {"y"};
    return read_table_data(put("train.csv", cell), options);
  }

  /// The summary of `c`, as it was learnt.
  static const ColumnSummary& summary(const TrainingData& data) {
    for (const auto& summary : data.model.table->summaries())
      if (summary.name == "c") return summary;
    throw std::runtime_error("c is left out");
  }
};

bool has_note(const TrainingData& data, const std::string& part) {
  for (const auto& note : data.notes)
    if (note.find(part) != std::string::npos) return true;
  return false;
}

std::string wide(int i) { return fmt::format("{:.2f}", 100 * Tables::x(i)); }

}  // namespace

TEST(TableCases, OneOddCellAmongNumbersIsMissingAndNamed) {
  const Tables tables;
  const auto data = tables.train([](int i) { return i == 30 ? "broken" : wide(i); });
  EXPECT_EQ(Tables::summary(data).kind, "number");
  EXPECT_TRUE(has_note(data, "299 of 300 rows hold numbers; \"broken\" (first in row 31) counts as missing"));
  for (const auto* word : {"n.a.", "None", "?"}) {
    const auto none = tables.train([&](int i) { return i % 7 == 0 ? word : wide(i); });
    EXPECT_EQ(Tables::summary(none).kind, "number") << word;
    EXPECT_GT(*Tables::summary(none).missing, 0.1) << word;
  }
}

TEST(TableCases, NumbersWithUnitsAndSeparatorsAreNumbers) {
  const Tables tables;
  for (const auto& cell : std::vector<Tables::Cell>{
           [](int i) { return fmt::format("{},{:03}", 10 + i, i * 7 % 1000); },  // the points of x tell that , is none
           [](int i) { return fmt::format("${:.2f}", Tables::x(i)); },
           [](int i) { return fmt::format("{:.1f}%", Tables::x(i)); },
           [](int i) {
             return i % 2 == 0 ? fmt::format("({:.2f})", Tables::x(i)) : fmt::format("{:.2f}", Tables::x(i));
           }})
    EXPECT_EQ(Tables::summary(tables.train(cell)).kind, "number") << cell(1);
  EXPECT_EQ(Tables::summary(tables.train([](int i) { return fmt::format("{},{:03}", 10 + i, 0); })).quantiles[0],
            10000);
}

TEST(TableCases, DecimalCommasNeedNoOption) {
  const TempDir folder;
  std::string comma = "x;z;y\n", point = "x;z;y\n";
  for (int i = 0; i < 300; ++i) {
    const auto row = fmt::format("{:.3f};{:.2f};{:.3f}\n", Tables::x(i), Tables::x(7 * i), 2 * Tables::x(i));
    point += row;
    comma += row;
  }
  std::replace(comma.begin(), comma.end(), '.', ',');
  write_file(folder / "comma.csv", comma);
  write_file(folder / "point.csv", point);
  const auto a = read_table_data(folder / "comma.csv", {.target = {"y"}}),
             b = read_table_data(folder / "point.csv", {.target = {"y"}});
  EXPECT_TRUE(at::equal(a.train.inputs(), b.train.inputs()));
  EXPECT_TRUE(at::equal(a.train.targets(), b.train.targets()));
}

TEST(TableCases, DatesInOtherOrdersAreDates) {
  const Tables tables;
  const auto data = tables.train([](int i) { return fmt::format("{:02}/{:02}/2024", 1 + i % 28, 1 + i % 12); });
  EXPECT_EQ(Tables::summary(data).kind, "date");
  EXPECT_TRUE(has_note(data, "dates in the order dmy"));
  EXPECT_EQ(Tables::summary(tables.train([](int i) {
              return i == 3 ? std::string("0000-00-00") : fmt::format("2024-{:02}-{:02}", 1 + i % 12, 1 + i % 28);
            })).kind,
            "date");
  expect_error_parts(ErrorKind::input, {"train.csv", "column \"c\"", "--date-format dmy or mdy"}, [&] {
    tables.train([](int i) { return fmt::format("{:02}/{:02}/2024", 1 + i % 12, 1 + i * 5 % 12); });
  });
}

TEST(TableCases, AFooterIsLeftOut) {
  const Tables tables;
  const auto path = tables.put("footer.csv", wide, 300, ";;n=300;\n");
  const auto data = read_table_data(path, {.target = {"y"}, .split = {.validation = 0.0}});
  EXPECT_EQ(data.train.rows(), 300);
  EXPECT_TRUE(has_note(data, "the last row is left out: a footer"));
  EXPECT_EQ(data.model.target->task(), Task::regression);
}

TEST(TableCases, ATargetOfNumbersWithAnOddCellIsAskedFor) {
  const Tables tables;
  const auto cell = [](int i) { return i == 11 ? "unknown" : wide(i); };
  TableDataOptions options{.target = {"c"}, .split = {.validation = 0.0}};
  expect_error_parts(
      ErrorKind::input,
      {"train.csv", "column \"c\"", "299 of 300 rows hold numbers", "\"unknown\" in row 12", "--missing unknown"},
      [&] { tables.train(cell, options); });
  options.read.missing = {"unknown"};
  expect_error_parts(ErrorKind::input, {"\"c\"", "missing value in row 12", "--drop-missing"},
                     [&] { tables.train(cell, options); });
  options.drop_missing = true;
  const auto data = tables.train(cell, options);
  EXPECT_EQ(data.train.rows(), 299);
  EXPECT_TRUE(has_note(data, "1 of 300 rows are left out: they have no target"));
}

TEST(TableCases, FewWholePricesAreARegression) {
  const Tables tables;
  const auto path = tables.put(
      "prices.csv", [](int i) { return fmt::format("{}", 100000 + i * i * 35); }, 18);
  EXPECT_EQ(read_table_data(path, {.target = {"c"}}).model.target->task(), Task::regression);
  const auto grades =
      read_table_data(tables.put("grades.csv", [](int i) { return std::to_string(i % 7); }), {.target = {"c"}});
  EXPECT_EQ(grades.model.target->task(), Task::multiclass);
  EXPECT_TRUE(has_note(grades, "7 different whole numbers are classes; --task regression"));
}

TEST(TableCases, ATargetOfDatesIsPredictedAsDates) {
  const Tables tables;
  const auto data =
      tables.train([](int i) { return fmt::format("2024-{:02}-{:02}", 1 + i % 12, 1 + i % 28); }, {.target = {"c"}});
  EXPECT_TRUE(data.model.target->is_date());
  EXPECT_TRUE(data.model.target->table(at::zeros({1, 1})).at("prediction").date);
}

TEST(TableCases, LaterFilesAreReadByWhatWasLearnt) {
  const Tables tables;
  const auto day = [](int i) { return fmt::format("2024-{:02}-{:02}", 1 + i % 12, 1 + i % 28); };
  const auto data = tables.train(day);
  const auto& model = data.model;
  for (const auto& cell : std::vector<Tables::Cell>{[](int i) { return std::to_string(1700000000 + i); },
                                                    [](int i) { return std::to_string(45000 + i); },
                                                    [](int i) { return std::to_string(20240101 + i); }})
    expect_error_parts(ErrorKind::input, {"later.csv", "column \"c\"", "must hold dates", "the number", "row 1"},
                       [&] { read_labelled_rows(model, tables.put("later.csv", cell)); });
  const auto numbers = tables.train(wide);
  expect_error_parts(ErrorKind::input,
                     {"later.csv", "column \"c\"", "must hold numbers", "the date 2024-01-01 in row 1"},
                     [&] { read_labelled_rows(numbers.model, tables.put("later.csv", day)); });
}

TEST(TableCases, AGradeIsTheSameWordHoweverItIsSpelt) {
  const Tables tables;
  const auto grade = [](int i) { return std::to_string(1 + i % 5); };
  const auto data = tables.train(grade, {.target = {"y"}, .preprocess = {.categorical = {"c"}}});
  const auto codes = [&](const Tables::Cell& cell) {
    UnseenCounts unseen;
    auto rows = read_labelled_rows(data.model, tables.put("later.csv", cell), {}, {}, &unseen);
    return std::pair(rows.inputs(), unseen);
  };
  const auto same = codes(grade).first;
  for (const auto* spelled : {"{}.0", " {}", "+{}", "\"{}\""})
    EXPECT_TRUE(at::equal(codes([&](int i) { return fmt::format(fmt::runtime(spelled), 1 + i % 5); }).first, same))
        << spelled;
  const auto [one, unseen] = codes([&](int i) { return i == 7 ? std::string("A") : grade(i); });
  EXPECT_EQ(one.ne(same).any(1).sum().item<int64_t>(), 1);
  EXPECT_EQ(unseen.line(), "never seen in training: column \"c\": 1 word in 1 of 300 rows (\"A\")");
  const auto [none, all] = codes([](int) { return "A"; });
  EXPECT_TRUE(all.line().starts_with("WARNING: never seen in training: column \"c\": every word"));
}

TEST(TableCases, OnlyNeededColumnsAreReadLater) {
  const Tables tables;
  const auto data = tables.train(wide);
  auto frame = read_table(tables.put("later.csv", wide));
  frame.columns.push_back(Column::of_text("extra", std::vector<std::string>(300, "x")));
  write_table(tables.folder / "later.parquet", frame);
  EXPECT_EQ(read_raw_rows(data.model, tables.folder / "later.parquet").names(),
            (std::vector<std::string>{"x", "c", "colour", "y"}));
  std::erase_if(frame.columns, [](const auto& column) { return column.name == "x"; });
  frame.columns.push_back(Column::of_numbers("X", std::vector<double>(300, 1)));
  write_table(tables.folder / "later.parquet", frame);
  expect_error_parts(ErrorKind::input, {"no column \"x\"", "did you mean X?"},
                     [&] { read_labelled_rows(data.model, tables.folder / "later.parquet"); });
}

TEST(TableCases, AClassThatTrainingLacksNamesItsFile) {
  const Tables tables;
  const auto validation = tables.put("validation.csv", [](int i) { return i == 4 ? "c" : "a"; });
  expect_error_parts(ErrorKind::input, {"validation.csv", "unknown class \"c\" in row 5", "classes are a, b"}, [&] {
    tables.train([](int i) { return i % 2 == 0 ? "a" : "b"; },
                 {.target = {"c"}, .split = {.validation_path = validation}});
  });
}

TEST(TableCases, AColumnThatCountsTheRowsNamesTheWayOut) {
  const Tables tables;
  EXPECT_TRUE(has_note(tables.train([](int i) { return std::to_string(i); }),
                       "column \"c\" is left out: it counts the rows; --numeric-features c keeps it"));
}

TEST(TableCases, NamibiaIsACountryInEveryFormat) {
  const Tables tables;
  const auto path = tables.put("train.csv", [](int i) {
    return Words{"ZA", "NA", "BW", "null"}[static_cast<size_t>(i % 4)];
  });
  write_table(tables.folder / "train.parquet", read_table(path));
  const auto csv = read_table_data(path, {.target = {"y"}});
  const auto parquet = read_table_data(tables.folder / "train.parquet", {.target = {"y"}});
  EXPECT_EQ(Tables::summary(csv).words, (Words{"BW", "NA", "ZA", "null"}));
  EXPECT_EQ(Tables::summary(csv).missing, 0);
  EXPECT_TRUE(at::equal(csv.train.inputs(), parquet.train.inputs()));
  EXPECT_EQ(read_table_data(path, {.target = {"c"}}).model.target->classes(), (Words{"BW", "NA", "ZA", "null"}));
  TableDataOptions missing{.target = {"y"}};
  missing.read.missing = {"NA"};
  const auto data = read_table_data(path, missing);
  EXPECT_EQ(Tables::summary(data).words, (Words{"", "BW", "ZA", "null"}));
  // The model remembers the word.
  const auto later = data.model.table->transform(read_table(path, {.text = {"c"}}));
  EXPECT_TRUE(
      at::equal(later.select(1, -1), data.model.table->transform(read_table(path, missing.read)).select(1, -1)));
}

TEST(TableCases, LabelsStayAsTheyAreSpelt) {
  const Tables tables;
  const auto data = tables.train(
      [](int i) {
        return Words{"007", "010", "A1"}[static_cast<size_t>(i % 3)];
      },
      {.target = {"c"}});
  EXPECT_EQ(data.model.target->classes(), (Words{"007", "010", "A1"}));
  // A part without A1 has digits only.
  const auto part =
      read_labelled_rows(data.model, tables.put("part.csv", [](int i) { return i % 2 == 0 ? "007" : "010"; }));
  EXPECT_TRUE(at::equal(part.targets().slice(0, 0, 3), at::tensor({0, 1, 0}, at::kLong)));
}

TEST(TableCases, IdsBeyondDoublesAreToldApart) {
  const Tables tables;
  const auto id = [](int i) { return fmt::format("100000000000000000{}", i % 4); };
  EXPECT_EQ(Tables::summary(tables.train(id)).words.size(), 4u);
  const auto grouped = tables.train(id, {.target = {"y"}, .split = {.validation = 0.25, .group = "c"}});
  EXPECT_EQ(grouped.validation->rows(), 75);
  EXPECT_EQ(grouped.model.table->inputs(), (Words{"x", "colour"}));
}
