#include <ATen/Parallel.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>

#include <exception>
#include <functional>
#include <ostream>

#include "arrow_frame.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/base/pipeline.h"
#include "reszoo/data/table_stream.h"
#include "table_formats.h"

namespace reszoo {
namespace {

/// The number of parts that wait to be written, at most.
constexpr size_t kPartsBehind = 2;

/// The stream that Arrow's writers write to. It stores an Error of reszoo, since Arrow's statuses are only text.
class TableOutput final : public arrow::io::OutputStream {
 public:
  using Take = std::function<void(std::string_view)>;
  explicit TableOutput(Take take) : take_(std::move(take)) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return place_; }
  arrow::Status Write(const void* data, int64_t size) override {
    try {
      take_({static_cast<const char*>(data), static_cast<size_t>(size)});
    } catch (const Error& error) {
      failure_ = std::current_exception();
      return arrow::Status::IOError(error.what());
    }
    place_ += size;
    return arrow::Status::OK();
  }
  using arrow::io::OutputStream::Write;

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  Take take_;
  int64_t place_ = 0;
  bool closed_ = false;
  std::exception_ptr failure_;
};

void append_columns(const arrow::Table& table, arrow::FieldVector& fields, arrow::ChunkedArrayVector& columns) {
  for (int i = 0; i < table.num_columns(); ++i) {
    fields.push_back(table.field(i));
    columns.push_back(table.column(i));
  }
}

}  // namespace

class TableWriter::Sink {
 public:
  explicit Sink(const std::filesystem::path& path) : subject_(path.string()), format_(written_format(path)) {
    file_.emplace(path);
    output_ = std::make_shared<TableOutput>([this](std::string_view bytes) { file_->write(bytes); });
  }

  explicit Sink(std::ostream& stream) : subject_("output"), format_(written_format("output.csv")) {
    output_ = std::make_shared<TableOutput>([&stream](std::string_view bytes) {
      if (!stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size())))
        fail(ErrorKind::file, "output: cannot be written");
    });
    flush_ = [&stream] {
      if (!stream.flush()) fail(ErrorKind::file, "output: cannot be written");
    };
  }

  void write(const Frame& frame, const arrow::Table* kept) {
    arrow::FieldVector fields;
    arrow::ChunkedArrayVector columns;
    if (kept) append_columns(*kept, fields, columns);
    append_columns(*arrow_table(frame, subject_), fields, columns);
    const auto table = arrow::Table::Make(arrow::schema(fields), columns);
    if (!schema_) open(table->schema());
    if (!table->schema()->Equals(*schema_, /*check_metadata=*/false))
      fail(ErrorKind::usage, "{}: columns must be {}, got {}", subject_, line_of(*schema_), line_of(*table->schema()));
    background_.add(
        [this, table] { check_written(writer_->write(*value_of(table->CombineChunksToBatch(), subject_))); });
  }

  void finish() {
    if (!schema_) fail(ErrorKind::usage, "{}: a table must have columns, none were written", subject_);
    background_.finish();
    check_written(writer_->close());
    if (file_) file_->finish();
    if (flush_) flush_();
  }

 private:
  static std::string line_of(const arrow::Schema& schema) {
    std::vector<std::string> fields;
    for (const auto& field : schema.fields()) fields.push_back(field->ToString());
    return fmt::format("{}", fmt::join(fields, ", "));
  }

  void open(const std::shared_ptr<arrow::Schema>& schema) {
    for (const auto& name : schema->field_names())
      if (schema->GetAllFieldIndices(name).size() > 1)
        fail(ErrorKind::usage, "{}: two columns would be named \"{}\"", subject_, name);
    schema_ = schema;
    auto writer = format_.write(output_, schema);
    check_written(writer.status());
    writer_ = std::move(writer).ValueUnsafe();
  }

  /// Throws for a status that is not ok; an error of the output itself takes precedence.
  void check_written(const arrow::Status& status) {
    output_->rethrow();
    check(status, subject_);
  }

  std::string subject_;
  const TableFormat& format_;
  std::optional<AtomicFile> file_;
  std::function<void()> flush_;
  std::shared_ptr<TableOutput> output_;
  std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<TableBatchWriter> writer_;
  Behind background_{at::get_num_threads() > 1 ? kPartsBehind : 0};  // encodes and writes; ends before what it uses
};

TableWriter::TableWriter(const std::filesystem::path& path) : sink_(std::make_unique<Sink>(path)) {}
TableWriter::TableWriter(std::ostream& stream) : sink_(std::make_unique<Sink>(stream)) {}
TableWriter::~TableWriter() = default;
TableWriter::TableWriter(TableWriter&&) noexcept = default;
TableWriter& TableWriter::operator=(TableWriter&&) noexcept = default;

void TableWriter::write(const Frame& frame, const std::shared_ptr<const arrow::Table>& kept) {
  sink_->write(frame, kept.get());
}

void TableWriter::finish() { sink_->finish(); }

}  // namespace reszoo
