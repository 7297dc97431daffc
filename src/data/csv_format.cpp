// CSV and TSV as a table format: read in parts of several megabytes, written with a header.
#include <arrow/csv/api.h>
#include <arrow/ipc/writer.h>

#include "arrow_frame.h"
#include "csv.h"
#include "csv_explain.h"
#include "csv_parse.h"
#include "table_formats.h"

namespace reszoo {
namespace {

/// Bytes per part.
constexpr int64_t kCsvBytes = int64_t{8} << 20;

/// Parses the columns that are read, and those that are kept with the text that the file has.
TablePart csv_part(const CsvLayout& layout, const CsvText& text, const TableSelection& selection) {
  const auto& options = selection.options;
  const auto& keep = selection.keep;
  TablePart part{.read = parse_csv(layout, text, options.columns, options.text), .first_row = text.first_row};
  if (!keep.empty()) part.kept = select_columns(*parse_csv(layout, text, keep, keep), keep, layout.subject);
  return part;
}

TableParts read_csv(const std::shared_ptr<TableInput>& input, const TableSelection& selection) {
  const bool tabs = extension_before_compression(input->path()) == ".tsv";
  const auto reader = std::make_shared<CsvReader>(input->stream(), tabs, selection.options, input->subject());
  refuse_bad_names(reader->layout());
  if (reader->layout().dialect.trim && selection.options.on_note)
    selection.options.on_note(fmt::format("{}: spaces around values are left out", input->subject()));
  const auto selected = selection.of_columns(reader->layout().names, input->subject());
  return [input, reader, selected, bytes = selection.whole ? 0 : kCsvBytes]() -> std::optional<TablePart> {
    const auto text = reader->next_text(bytes);
    const auto* line_breaks = reader->layout().dialect.blank_rows ? "" : "\r\n";
    if (text.rows.find_first_not_of(line_breaks) == std::string_view::npos) return std::nullopt;
    auto part = csv_part(reader->layout(), text, selected);
    reader->count_rows(part.read->num_rows());
    return part;
  };
}

class CsvWriter final : public TableBatchWriter {
 public:
  explicit CsvWriter(std::shared_ptr<arrow::ipc::RecordBatchWriter> writer) : writer_(std::move(writer)) {}
  arrow::Status write(const arrow::RecordBatch& batch) override { return writer_->WriteRecordBatch(batch); }
  arrow::Status close() override { return writer_->Close(); }

 private:
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
};

arrow::Result<std::unique_ptr<TableBatchWriter>> write_csv_batches(
    const std::shared_ptr<arrow::io::OutputStream>& output, const std::shared_ptr<arrow::Schema>& schema) {
  ARROW_ASSIGN_OR_RAISE(auto writer, arrow::csv::MakeCSVWriter(output, schema, arrow::csv::WriteOptions::Defaults()));
  return std::make_unique<CsvWriter>(std::move(writer));
}

}  // namespace

TableFormat csv_format() {
  return {.name = "CSV",
          .extensions = {".csv", ".tsv"},
          .read = read_csv,
          .written_extension = ".csv",
          .write = write_csv_batches};
}

}  // namespace reszoo
