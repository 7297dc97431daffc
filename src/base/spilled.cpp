#include "reszoo/base/spilled.h"

#include <ATen/ops/empty.h>
#include <c10/core/Storage.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "reszoo/base/bytes.h"
#include "reszoo/base/error.h"
#include "reszoo/base/temporary_file.h"

namespace reszoo {
namespace {

constexpr int64_t kSpillAlign = int64_t{1} << 21;  // of columns within the file
constexpr int64_t kMostSpill = int64_t{1} << 42;   // bytes of a file, which takes only the room that is written
constexpr int64_t kMostColumn = int64_t{1} << 36;  // bytes of a column
constexpr int64_t kFewBytes = 64 << 10;            // for which a file is not worth while
constexpr size_t kValueBytes = 8;
constexpr uintptr_t kPageBytes = 4096;  // a larger page begins at a multiple of it, or the advice is not taken

/// The memory of a spilled tensor.
struct SpillMapping {
  void* data;
  size_t size;
};

void unmap_spilled(void* context) {
  auto* mapping = static_cast<SpillMapping*>(context);
  ::munmap(mapping->data, mapping->size);
  delete mapping;
}

/// Returns the mapping of a tensor; null if its memory is another.
SpillMapping* mapping_of(const Tensor& tensor) {
  if (!tensor.defined() || !tensor.has_storage()) return nullptr;
  const auto& data = tensor.storage().data_ptr();
  return data.get_deleter() == &unmap_spilled ? static_cast<SpillMapping*>(data.get_context()) : nullptr;
}

Tensor mapped_tensor(const TemporaryFile& file, int64_t place, at::IntArrayRef sizes, at::ScalarType type) {
  const auto size = static_cast<size_t>(c10::multiply_integers(sizes)) * c10::elementSize(type);
  if (size == 0) return at::empty(sizes, type);
  auto* data = file.map(place, size);
  c10::DataPtr pointer(data, new SpillMapping{data, size}, &unmap_spilled, at::kCPU);
  c10::Storage storage(c10::Storage::use_byte_size_t(), size, std::move(pointer), /*allocator=*/nullptr,
                       /*resizable=*/false);
  auto tensor = at::empty({0}, type);
  std::vector<int64_t> strides(sizes.size(), 1);
  for (auto i = static_cast<int64_t>(sizes.size()) - 2; i >= 0; --i)
    strides[static_cast<size_t>(i)] = strides[static_cast<size_t>(i) + 1] * sizes[static_cast<size_t>(i) + 1];
  return tensor.set_(storage, 0, sizes, strides);
}

}  // namespace

Tensor spilled_empty(at::IntArrayRef sizes, at::ScalarType type) {
  const TemporaryFile file;
  file.reserve(static_cast<size_t>(c10::multiply_integers(sizes)) * c10::elementSize(type));
  return mapped_tensor(file, 0, sizes, type);
}

bool is_spilled(const Tensor& tensor) { return mapping_of(tensor) != nullptr; }

void release_pages(const Tensor& tensor) {
  if (const auto* mapping = mapping_of(tensor)) ::madvise(mapping->data, mapping->size, MADV_DONTNEED);
  else if (tensor.defined() && tensor.has_storage() && tensor.is_cpu() && tensor.is_contiguous())
    release_mapped(tensor.const_data_ptr(), tensor.nbytes());
}

Tensor room_for(at::IntArrayRef sizes, at::ScalarType type, int64_t most) {
  const auto bytes = c10::multiply_integers(sizes) * static_cast<int64_t>(c10::elementSize(type));
  return bytes > most ? spilled_empty(sizes, type) : at::empty(sizes, type);
}

Tensor spilled_if_possible(at::IntArrayRef sizes, at::ScalarType type) {
  try {
    return room_for(sizes, type, kFewBytes);
  } catch (const Error&) {
    return at::empty(sizes, type);
  }
}

void want_rows(const Tensor& tensor, int64_t begin, int64_t count) {
  const auto* mapping = mapping_of(tensor);
  if (!mapping || count <= 0) return;
  const auto row = static_cast<uintptr_t>(tensor.stride(0)) * tensor.element_size();
  const auto place = reinterpret_cast<uintptr_t>(tensor.const_data_ptr());
  const auto first = (place + static_cast<uintptr_t>(begin) * row) / kPageBytes * kPageBytes;
  const auto end = place + static_cast<uintptr_t>(begin + count) * row;
  ::madvise(reinterpret_cast<void*>(first), end - first, MADV_WILLNEED);
}

Tensor spilled_like(const Tensor& like, const Tensor& tensor) {
  if (!is_spilled(like) || is_spilled(tensor)) return tensor;
  auto spilled = spilled_empty(tensor.sizes(), tensor.scalar_type());
  spilled.copy_(tensor);
  release_pages(spilled);
  return spilled;
}

struct SpilledColumns::File {
  TemporaryFile file;
  int64_t room;                ///< bytes from the begin of a column to that of the next
  std::vector<int64_t> sizes;  ///< bytes of each column
};

SpilledColumns::SpilledColumns(int64_t columns) : file_(std::make_unique<File>()) {
  const auto room = std::min(kMostSpill / std::max<int64_t>(columns, 1), kMostColumn);
  file_->room = room / kSpillAlign * kSpillAlign;
  file_->sizes.assign(static_cast<size_t>(columns), 0);
}

SpilledColumns::~SpilledColumns() = default;
SpilledColumns::SpilledColumns(SpilledColumns&&) noexcept = default;
SpilledColumns& SpilledColumns::operator=(SpilledColumns&&) noexcept = default;

void SpilledColumns::append(int64_t column, const Tensor& values) {
  const auto dense = values.contiguous();
  auto& size = file_->sizes.at(static_cast<size_t>(column));
  const auto bytes = static_cast<int64_t>(dense.nbytes());
  if (size + bytes > file_->room)
    fail(ErrorKind::input, "a table of {} columns can have {} rows, here are more", file_->sizes.size(),
         file_->room / static_cast<int64_t>(kValueBytes));
  file_->file.write(column * file_->room + size, dense.const_data_ptr(), dense.nbytes());
  size += bytes;
}

Tensor SpilledColumns::column(int64_t column, at::ScalarType type) const {
  const auto bytes = file_->sizes.at(static_cast<size_t>(column));
  return mapped_tensor(file_->file, column * file_->room, {bytes / static_cast<int64_t>(kValueBytes)}, type);
}

}  // namespace reszoo
