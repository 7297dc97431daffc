#include "file_digest.h"

#include <openssl/evp.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/hub/sha256.h"

namespace reszoo {
namespace {

/// Returns the digest of `before` and the file's content as hexadecimal digits.
std::string hash_of(const std::filesystem::path& path, const EVP_MD* algorithm, std::string_view before) {
  // ifstream opens a folder without an error and then reads nothing.
  if (std::filesystem::is_directory(path)) fail(ErrorKind::file, "{}: is a folder, not a file", path.string());
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(ErrorKind::file, "{}: cannot be opened ({})", path.string(), std::strerror(errno));
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  bool good = context && EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1 &&
              EVP_DigestUpdate(context.get(), before.data(), before.size()) == 1;
  std::vector<char> block(1 << 20);
  while (good && file.read(block.data(), static_cast<std::streamsize>(block.size())).gcount() > 0)
    good = EVP_DigestUpdate(context.get(), block.data(), static_cast<size_t>(file.gcount())) == 1;
  if (file.bad()) fail(ErrorKind::file, "{}: cannot be read ({})", path.string(), std::strerror(errno));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (!good || EVP_DigestFinal_ex(context.get(), digest, &size) != 1)
    fail(ErrorKind::device, "digest: libcrypto cannot compute it");
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

std::string git_blob_of(const std::filesystem::path& path) {
  using namespace std::string_literals;
  return hash_of(path, EVP_sha1(), fmt::format("blob {}", std::filesystem::file_size(path)) + "\0"s);
}

}  // namespace

std::string sha256_of(const std::filesystem::path& path) { return hash_of(path, EVP_sha256(), ""); }

std::string FileDigest::of(const std::filesystem::path& path) const {
  if (kind == Kind::none) return "";
  return kind == Kind::sha256 ? sha256_of(path) : git_blob_of(path);
}

std::string_view FileDigest::name() const {
  if (kind == Kind::none) return "digest";
  return kind == Kind::sha256 ? "SHA-256" : "git SHA-1";
}

FileDigest digest_of_tag(const std::string& tag) {
  if (tag.find_first_not_of("0123456789abcdef") != std::string::npos) return {};
  if (tag.size() == 64) return {FileDigest::Kind::sha256, tag};
  return tag.size() == 40 ? FileDigest{FileDigest::Kind::git_blob, tag} : FileDigest{};
}

}  // namespace reszoo
