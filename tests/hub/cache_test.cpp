// Which file is used: the one in reszoo's cache, the one in PyTorch's cache, or a download.
#include "reszoo/hub/cache.h"

#include "reszoo/base/atomic_file.h"
#include "reszoo/hub/sha256.h"
#include "server.h"
#include "support/support.h"
#include "variables.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

/// A home folder without files, a server with one file, and its entry.
struct Hub {
  TempDir home;
  Variables variables{hub_home(home.path().string())};
  std::string body = "the weights";
  Server server{Answer{.body = body}};
  PretrainedConfig weights;
  std::vector<std::string> warnings;
  FetchOptions options{.on_warning = [this](const std::string& line) { warnings.push_back(line); }};

  Hub() {
    weights.model = "resnet18";
    weights.file = "name.pth";
    weights.url = server.url("/published/name.pth");
    write_file(home / "digested", body);
    weights.digest = sha256_of(home / "digested").substr(0, 8);
  }
  fs::path ours() const { return home / ".cache/reszoo/weights/name.pth"; }
  fs::path torchs() const { return home / ".cache/torch/hub/checkpoints/name.pth"; }
  static void put(const fs::path& path, const std::string& bytes) {
    fs::create_directories(path.parent_path());
    write_file(path, bytes);
  }
  fs::path fetch() const { return fetch_weights(weights, options); }
};

}  // namespace

TEST(Cache, FoldersFollowTheVariables) {
  {
    const Variables variables{hub_home("/h")};
    EXPECT_EQ(weights_folder(), "/h/.cache/reszoo/weights");
    EXPECT_EQ(torch_weights_folder(), "/h/.cache/torch/hub/checkpoints");
    const Variables cache{{{"XDG_CACHE_HOME", "/x"}}};
    EXPECT_EQ(weights_folder(), "/x/reszoo/weights");
    EXPECT_EQ(torch_weights_folder(), "/x/torch/hub/checkpoints");
    const Variables own{{{"RESZOO_HOME", "/r"}, {"TORCH_HOME", "/t"}}};
    EXPECT_EQ(weights_folder(), "/r/weights");
    EXPECT_EQ(torch_weights_folder(), "/t/hub/checkpoints");
  }
  auto none = hub_home("");
  none["HOME"] = std::nullopt;
  const Variables variables(none);
  expect_error(ErrorKind::usage, "RESZOO_HOME", [] { weights_folder(); });
}

TEST(Cache, AFileIsDownloadedOnce) {
  const Hub hub;
  EXPECT_EQ(hub.fetch(), hub.ours());
  EXPECT_EQ(read_file(hub.ours()), hub.body);
  EXPECT_EQ(hub.fetch(), hub.ours());
  EXPECT_EQ(hub.server.asked().size(), 1u);
  EXPECT_EQ(hub.server.asked()[0].path, "/published/name.pth");
}

TEST(Cache, AFileOfPyTorchsIsTaken) {
  const Hub hub;
  Hub::put(hub.torchs(), hub.body);
  EXPECT_EQ(hub.fetch(), hub.torchs());
  EXPECT_TRUE(hub.server.asked().empty());
  Hub::put(hub.ours(), hub.body);
  EXPECT_EQ(hub.fetch(), hub.ours());
}

TEST(Cache, ADamagedFileIsToldAndReplaced) {
  const Hub hub;
  Hub::put(hub.ours(), "the weightz");
  EXPECT_EQ(hub.fetch(), hub.ours());
  EXPECT_EQ(read_file(hub.ours()), hub.body);
  ASSERT_EQ(hub.warnings.size(), 1u);
  EXPECT_NE(hub.warnings[0].find("expected " + hub.weights.digest), std::string::npos) << hub.warnings[0];
}

TEST(Cache, ADamagedFileOfPyTorchsIsLeftAlone) {
  const Hub hub;
  Hub::put(hub.torchs(), "the weightz");
  EXPECT_EQ(hub.fetch(), hub.ours());
  EXPECT_EQ(read_file(hub.torchs()), "the weightz");
  EXPECT_EQ(hub.warnings.size(), 1u);
}

TEST(Cache, WithoutVerifyingAFileIsTakenAsItIs) {
  Hub hub;
  hub.options.verify = false;
  Hub::put(hub.ours(), "the weightz");
  EXPECT_EQ(hub.fetch(), hub.ours());
  EXPECT_TRUE(hub.server.asked().empty());
}

TEST(Cache, OfflineSaysWhereToGetTheFileAndWhereToPutIt) {
  Hub hub;
  const auto expect_sentence = [&](const std::string& more) {
    expect_error_parts(
        ErrorKind::file,
        {"name.pth", "offline" + more, "get " + hub.weights.url, "put it into " + hub.ours().parent_path().string()},
        [&] { hub.fetch(); });
  };
  {
    const Variables offline{{{"RESZOO_OFFLINE", "1"}}};
    expect_sentence("");
    Hub::put(hub.ours(), "the weightz");
    expect_sentence("; " + hub.ours().string());
    Hub::put(hub.ours(), hub.body);
    EXPECT_EQ(hub.fetch(), hub.ours());
  }
  fs::remove(hub.ours());
  hub.options.offline = true;
  expect_sentence("");
  EXPECT_TRUE(hub.server.asked().empty());
}

TEST(Cache, AMirrorHasTheFilesSideBySide) {
  const Hub hub;
  const Variables mirror{{{"RESZOO_HUB_URL", hub.server.url("/mirror/")}, {"RESZOO_OFFLINE", "0"}}};
  EXPECT_EQ(hub.fetch(), hub.ours());
  EXPECT_EQ(hub.server.asked()[0].path, "/mirror/name.pth");
}

TEST(Cache, AFolderThatCannotBeMadeIsNamed) {
  const Hub hub;
  Hub::put(hub.home / ".cache", "a file");
  expect_error_parts(ErrorKind::file, {".cache/reszoo/weights", "cannot make the folder"}, [&] { hub.fetch(); });
}
