// Random tables give the same preprocessing, target and tensors whatever format they are written in.
#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <parquet/arrow/writer.h>
#include <torch/types.h>

#include <functional>
#include <random>

#include "reszoo/base/atomic_file.h"
#include "reszoo/data/table.h"
#include "reszoo/preprocess/dates.h"
#include "reszoo/preprocess/table_preprocess.h"
#include "reszoo/preprocess/target.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using Words = std::vector<std::string>;
using Chance = std::mt19937_64;

/// How a format with types stores a cell; text formats store its word.
enum class Type { real, integer, truth, day, text };

/// A kind of column: how it is stored, and the word of a row.
struct ColumnKindOf {
  const char* name;
  Type type;
  std::function<std::string(Chance&, int row)> word;
};

int pick(Chance& chance, int most) { return static_cast<int>(chance() % static_cast<uint64_t>(most)); }

std::string date_word(Chance& chance, const char* format) {
  return fmt::format(fmt::runtime(format), fmt::arg("y", 1990 + pick(chance, 40)), fmt::arg("m", 1 + pick(chance, 12)),
                     fmt::arg("d", 1 + pick(chance, 28)));
}

const std::vector<ColumnKindOf>& kinds() {
  static const std::vector<ColumnKindOf> all{
      {"reals", Type::real, [](Chance& c, int) { return fmt::format("{}", (pick(c, 2000) - 1000) / 8.0 + 0.0625); }},
      {"integers", Type::integer, [](Chance& c, int) { return std::to_string(pick(c, 5000) - 100); }},
      {"flags", Type::integer, [](Chance& c, int) { return std::to_string(pick(c, 2)); }},
      {"countries", Type::text,
       [](Chance& c, int) { return Words{"ZA", "NA", "BW", "null", "None", "Ü, x"}[pick(c, 6)]; }},
      {"codes", Type::text,
       [](Chance& c, int row) { return row == 0 ? "007" : fmt::format("{:03}", 5 + 50 * pick(c, 6)); }},
      {"ids", Type::integer, [](Chance& c, int) { return fmt::format("100000000000000000{}", pick(c, 5)); }},
      {"days", Type::day, [](Chance& c, int) { return date_word(c, "{y}-{m:02}-{d:02}"); }},
      {"day first", Type::text,
       [](Chance& c, int row) {
         return row < 40 ? fmt::format("{}/1/2024", 14 + row % 10) : date_word(c, "{d}/{m}/{y}");
       }},
      {"truths", Type::truth, [](Chance& c, int) { return pick(c, 2) == 0 ? "false" : "true"; }},
      {"prices", Type::text, [](Chance& c, int row) { return fmt::format("${},{:03}.50", 1 + row, pick(c, 1000)); }},
      {"commas", Type::text, [](Chance& c, int) { return fmt::format("{},{}", pick(c, 100), pick(c, 90)); }},
      {"shares", Type::text, [](Chance& c, int) { return fmt::format("{:.1f} %", pick(c, 1000) / 10.0); }},
      {"gaps", Type::text,
       [](Chance& c, int row) {
         return row % 9 == 4 ? Words{"n.a.", "NA", "?"}[pick(c, 3)] : fmt::format("{}", pick(c, 4000) / 8.0);
       }},
      {"slips", Type::text,
       [](Chance& c, int row) { return row == 3 ? "broken" : fmt::format("{}", row + pick(c, 10) / 8.0); }},
      {"numbers in text", Type::text, [](Chance& c, int) { return fmt::format("{}", pick(c, 3000) / 4.0); }}};
  return all;
}

/// A random table: its columns, and their words; "" is missing.
struct RandomTable {
  std::vector<ColumnKindOf> columns;
  std::vector<Words> words;

  RandomTable(uint64_t seed, uint64_t rows_seed) {
    Chance chance(seed), cells(rows_seed);
    const int rows = 60 + pick(cells, 60);
    for (const auto& kind : kinds())
      if (pick(chance, 3) > 0) columns.push_back(kind);
    columns.insert(columns.begin(), kinds().front());
    columns.front().name = "y";
    const bool gaps = pick(chance, 2) == 0;
    for (const auto& column : columns) {
      words.emplace_back();
      for (int row = 0; row < rows; ++row) {
        auto word = column.word(cells, row);
        const bool missing = gaps && column.name != std::string("y") && row % 13 == 5;
        words.back().push_back(missing ? "" : word);
      }
    }
  }

  size_t rows() const { return words.front().size(); }

  std::string delimited(char delimiter) const {
    const auto cell = [&](const std::string& word) {
      return word.find(delimiter) == std::string::npos ? word : "\"" + word + "\"";
    };
    std::string text;
    for (const auto& column : columns) text += (text.empty() ? "" : std::string(1, delimiter)) + column.name;
    for (size_t row = 0; row < rows(); ++row) {
      text += '\n';
      for (size_t i = 0; i < columns.size(); ++i)
        text += (i > 0 ? std::string(1, delimiter) : "") + cell(words[i][row]);
    }
    return text + "\n";
  }

  std::string json_lines() const {
    std::string text;
    for (size_t row = 0; row < rows(); ++row) {
      std::string line;
      for (size_t i = 0; i < columns.size(); ++i) {
        const auto& word = words[i][row];
        const auto type = columns[i].type;
        const bool quoted = type == Type::text || type == Type::day;
        line += fmt::format("{}\"{}\": {}", line.empty() ? "" : ", ", columns[i].name,
                            word.empty() ? "null"
                            : quoted     ? "\"" + word + "\""
                                         : word);
      }
      text += "{" + line + "}\n";
    }
    return text;
  }

  std::shared_ptr<arrow::Table> typed() const {
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (size_t i = 0; i < columns.size(); ++i) {
      arrays.push_back(array_of(columns[i].type, words[i]));
      fields.push_back(arrow::field(columns[i].name, arrays.back()->type()));
    }
    return arrow::Table::Make(arrow::schema(fields), arrays);
  }

 private:
  template <typename Builder, typename Read>
  static std::shared_ptr<arrow::Array> built(Builder&& builder, const Words& cells, Read read) {
    for (const auto& word : cells) EXPECT_TRUE((word.empty() ? builder.AppendNull() : builder.Append(read(word))).ok());
    return builder.Finish().ValueOrDie();
  }

  static std::shared_ptr<arrow::Array> array_of(Type type, const Words& cells) {
    switch (type) {
      case Type::real: return built(arrow::DoubleBuilder(), cells, [](const auto& word) { return std::stod(word); });
      case Type::integer: return built(arrow::Int64Builder(), cells, [](const auto& word) { return std::stoll(word); });
      case Type::truth: return built(arrow::BooleanBuilder(), cells, [](const auto& word) { return word == "true"; });
      case Type::day:
        return built(arrow::Date32Builder(), cells,
                     [](const auto& word) { return static_cast<int32_t>(*date_in(word)); });
      case Type::text: break;
    }
    return built(arrow::StringBuilder(), cells, [](const auto& word) { return word; });
  }
};

const Words kFiles = {"t.csv", "t.tsv", "t.jsonl", "t.parquet", "t.feather"};

void write_all(const std::filesystem::path& folder, const RandomTable& table) {
  write_file(folder / "t.csv", table.delimited(','));
  write_file(folder / "t.tsv", table.delimited('\t'));
  write_file(folder / "t.jsonl", table.json_lines());
  const auto typed = table.typed();
  const auto parquet = arrow::io::FileOutputStream::Open((folder / "t.parquet").string()).ValueOrDie();
  ASSERT_TRUE(parquet::arrow::WriteTable(*typed, arrow::default_memory_pool(), parquet, 50).ok() &&
              parquet->Close().ok());
  const auto feather = arrow::io::FileOutputStream::Open((folder / "t.feather").string()).ValueOrDie();
  const auto writer = arrow::ipc::MakeFileWriter(feather, typed->schema()).ValueOrDie();
  ASSERT_TRUE(writer->WriteTable(*typed, 50).ok() && writer->Close().ok() && feather->Close().ok());
}

/// What is learnt from a file.
struct Learnt {
  TablePreprocess table;
  Target target;

  Learnt(const std::filesystem::path& path, const std::string& target_name) : Learnt(read_table(path), target_name) {}
  Learnt(const Frame& frame, const std::string& target_name)
      : table(TablePreprocess::fit(frame, target_name)), target(Target::fit(frame, {target_name})) {}
};

}  // namespace

TEST(TableFormats, GiveTheSamePreprocessingTargetAndTensors) {
  const TempDir folder;
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const RandomTable training(seed, seed), later(seed, 1000 + seed);
    write_all(folder.path(), training);
    const Learnt first(folder / kFiles.front(), "y");
    const auto x = first.table.transform(read_table(folder / kFiles.front()));
    for (const auto& name : kFiles) {
      const Learnt learnt(folder / name, "y");
      EXPECT_EQ(learnt.table.to_json(), first.table.to_json()) << seed << " " << name;
      EXPECT_EQ(learnt.target.to_json(), first.target.to_json()) << seed << " " << name;
      EXPECT_TRUE(torch::equal(learnt.table.transform(read_table(folder / name)), x)) << seed << " " << name;
    }
    write_all(folder.path(), later);
    const TableReadOptions reading{.text = first.table.text_columns(), .columns = first.table.inputs()};
    const auto expected = first.table.transform(read_table(folder / kFiles.front(), reading));
    for (const auto& name : kFiles)
      EXPECT_TRUE(torch::equal(first.table.transform(read_table(folder / name, reading)), expected))
          << seed << " " << name;
  }
}

TEST(TableFormats, GiveTheSameClasses) {
  const TempDir folder;
  RandomTable table(3, 3);
  for (const auto& kind : kinds()) {
    if (kind.type != Type::text && kind.type != Type::truth && kind.name != std::string("ids")) continue;
    if (kind.name == std::string("gaps") || kind.name == std::string("slips")) continue;
    Chance chance(7);
    table.columns.back() = kind;
    table.columns.back().name = "target";
    for (int row = 0; row < static_cast<int>(table.rows()); ++row)
      table.words.back()[static_cast<size_t>(row)] = kind.word(chance, row);
    write_all(folder.path(), table);
    const auto first = Target::fit(read_table(folder / "t.csv"), {"target"});
    for (const auto& name : kFiles) {
      const auto target = Target::fit(read_table(folder / name), {"target"});
      EXPECT_EQ(target.to_json(), first.to_json()) << kind.name << " " << name;
      EXPECT_TRUE(torch::equal(first.encode(read_table(folder / name)), first.encode(read_table(folder / "t.csv"))))
          << kind.name << " " << name;
    }
  }
}
