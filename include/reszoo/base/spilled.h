/// Tensors in temporary files: for a table that is read once and then used one column at a time.
#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <memory>

namespace reszoo {

using at::Tensor;

/// Tables with more bytes than this are kept in temporary files (TMPDIR).
constexpr int64_t kMostTableBytes = int64_t{32} << 20;

/// Tensors that are made from a table are kept in temporary files too if they have more bytes than this.
constexpr int64_t kMostTensorBytes = int64_t{128} << 20;

/// Creates a tensor in a temporary file without a name, which disappears with the tensor. Its memory is the file,
/// mapped: pages come and go as they are needed. The values are 0.
/// Throws: Error (file) without room for it.
Tensor spilled_empty(at::IntArrayRef sizes, at::ScalarType type);

/// Returns whether the memory of the tensor is a temporary file.
bool is_spilled(const Tensor& tensor);

/// Takes a tensor whose memory is a file, spilled or mapped (see `release_mapped`), out of memory until its values are
/// read again. Other tensors are left alone.
void release_pages(const Tensor& tensor);

/// Creates a tensor: in memory with values that are not set, or spilled if it has more bytes than `most`.
Tensor room_for(at::IntArrayRef sizes, at::ScalarType type, int64_t most = kMostTensorBytes);

/// Creates a tensor in a temporary file if it has more than 64 KiB and such a file can be made, otherwise in memory.
Tensor spilled_if_possible(at::IntArrayRef sizes, at::ScalarType type);

/// Asks the system to read the rows [begin, begin + count) of a spilled tensor, which has its rows one after the other,
/// before they are used. Other tensors are left alone.
void want_rows(const Tensor& tensor, int64_t begin, int64_t count);

/// Returns `tensor` as it is if `like` is not spilled, and otherwise spilled too.
Tensor spilled_like(const Tensor& like, const Tensor& tensor);

/// Columns that grow, in one temporary file. Values have 8 bytes.
class SpilledColumns {
 public:
  /// Throws: Error (file), as `append` does.
  explicit SpilledColumns(int64_t columns);
  ~SpilledColumns();
  SpilledColumns(SpilledColumns&&) noexcept;
  SpilledColumns& operator=(SpilledColumns&&) noexcept;

  /// Appends values, (N) float64 or int64, to a column. Threads may append to different columns.
  void append(int64_t column, const Tensor& values);

  /// Returns all values of a column, spilled. Nothing may be appended to it after that. Shape: (N).
  Tensor column(int64_t column, at::ScalarType type) const;

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace reszoo
