// Memory that malloc does not manage.
#pragma once
#include <cstddef>
#include <memory>

namespace reszoo {

/// Returns memory whose content is not set, aligned to a cache line. If it has 256 KiB or more, it is pages of its own,
/// which go back to the system with the last owner: malloc would keep them, and between memory of other lives they
/// would be of no use.
std::shared_ptr<void> own_pages(size_t size);

}  // namespace reszoo
