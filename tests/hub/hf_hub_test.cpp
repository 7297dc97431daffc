// Files of the Hugging Face Hub arrive, are verified, and are in the cache as huggingface_hub puts them there.
#include "reszoo/hub/hf_hub.h"

#include <sys/wait.h>

#include "downloads.h"
#include "fake_hub.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

constexpr char kWeights[] = "model.safetensors";

/// A repository with weights, and how they are fetched.
struct HubFetch {
  FakeHub hub;
  std::string body = content();
  std::vector<std::string> warnings;
  FetchOptions options;

  explicit HubFetch(FakeHub::Change change = {}, FakeHub::Change storage = {})
      : hub(std::move(change), std::move(storage)) {
    hub.files[kWeights] = body;
    options.download.wait = std::chrono::milliseconds(1);
    options.download.stall_time = std::chrono::seconds(1);
    options.on_warning = [this](const std::string& line) { warnings.push_back(line); };
  }
  fs::path fetch(const std::string& name = "hf-hub:owner/net") const {
    return fetch_hub_weights(parse_hub_name(name), options);
  }
  fs::path blob() const { return hub.cache() / "blobs" / sha256_text(body); }
  /// Puts the weights into the cache, as huggingface_hub does.
  void put(const std::string& bytes) const {
    write_tree(blob(), bytes);
    write_tree(hub.cache() / "refs/main", hub.commit);
    fs::create_directories(hub.snapshot());
    fs::create_symlink(fs::path("../../blobs") / blob().filename(), hub.snapshot() / kWeights);
  }
  static void write_tree(const fs::path& path, const std::string& bytes) {
    fs::create_directories(path.parent_path());
    write_file(path, bytes);
  }
};

Words authorizations(const Server& server) {
  Words found;
  for (const auto& asked : server.asked()) found.push_back(asked.authorization);
  return found;
}

}  // namespace

TEST(HubName, IsOwnerNameAndRevision) {
  EXPECT_TRUE(is_hub_name("hf-hub:timm/resnet18"));
  EXPECT_FALSE(is_hub_name("resnet18"));
  const auto plain = parse_hub_name("hf-hub:timm/resnet50.a1_in1k");
  EXPECT_EQ(plain.name, "timm/resnet50.a1_in1k");
  EXPECT_EQ(plain.revision, "main");
  EXPECT_EQ(plain.text(), "hf-hub:timm/resnet50.a1_in1k");
  const auto other = parse_hub_name("hf-hub:a/b@refs/pr/1");
  EXPECT_EQ(other.revision, "refs/pr/1");
  EXPECT_EQ(other.text(), "hf-hub:a/b@refs/pr/1");
  for (const std::string wrong :
       {"hf-hub:", "hf-hub:a", "hf-hub:a/", "hf-hub:/b", "hf-hub:a/b/c", "hf-hub:../b", "hf-hub:a/..", "hf-hub:a/b@",
        "hf-hub:a/b@../x", "hf-hub:a/b@/x", "hf-hub:a/b c", "hf-hub:a/b?x", "hf-hub:a/--b", "timm/resnet18"})
    expect_error(ErrorKind::usage, "hf-hub:owner/name", [&] { parse_hub_name(wrong); });
}

TEST(HubName, CacheFolderFollowsTheVariables) {
  const Variables variables{hub_home("/h")};
  EXPECT_EQ(hub_cache_folder(), "/h/.cache/huggingface/hub");
  const Variables xdg{{{"XDG_CACHE_HOME", "/x"}}};
  EXPECT_EQ(hub_cache_folder(), "/x/huggingface/hub");
  const Variables home{{{"HF_HOME", "/f"}}};
  EXPECT_EQ(hub_cache_folder(), "/f/hub");
  const Variables own{{{"HF_HUB_CACHE", "/c"}}};
  EXPECT_EQ(hub_cache_folder(), "/c");
  const Variables tilde{{{"HF_HUB_CACHE", "~/c"}}};
  EXPECT_EQ(hub_cache_folder(), "/h/c");
}

TEST(HubFetch, IsDownloadedOnceInHuggingFacesLayout) {
  const HubFetch f;
  const auto path = f.fetch();
  EXPECT_EQ(path, f.hub.snapshot() / kWeights);
  EXPECT_TRUE(read_file(path) == f.body);
  EXPECT_EQ(fs::read_symlink(path), fs::path("../../blobs") / sha256_text(f.body));
  EXPECT_EQ(read_file(f.hub.cache() / "refs/main"), f.hub.commit);
  EXPECT_FALSE(fs::exists(f.blob().string() + ".incomplete"));
  const auto requests = f.hub.hub().asked().size();
  EXPECT_EQ(f.fetch(), path);
  EXPECT_EQ(f.hub.hub().asked().size(), requests);
  EXPECT_EQ(f.hub.storage().asked().size(), 1u);
  EXPECT_TRUE(f.warnings.empty());
}

TEST(HubFetch, ACacheOfPythonIsReadWithoutTheServer) {
  const HubFetch f;
  f.put(f.body);
  const Variables offline{{{"HF_HUB_OFFLINE", "1"}}};
  EXPECT_EQ(f.fetch(), f.hub.snapshot() / kWeights);
  EXPECT_EQ(f.fetch("hf-hub:owner/net@" + f.hub.commit), f.hub.snapshot() / kWeights);
  EXPECT_TRUE(f.hub.hub().asked().empty());
}

TEST(HubFetch, ARevisionIsAskedForAndStoredUnderItsName) {
  const HubFetch f;
  EXPECT_EQ(f.fetch("hf-hub:owner/net@v1"), f.hub.snapshot() / kWeights);
  EXPECT_EQ(read_file(f.hub.cache() / "refs/v1"), f.hub.commit);
  EXPECT_EQ(f.hub.hub().asked()[0].path, "/owner/net/resolve/v1/model.safetensors");
  f.fetch("hf-hub:owner/net");  // the same content again: nothing is downloaded, only linked
  EXPECT_EQ(f.hub.storage().asked().size(), 1u);
  EXPECT_EQ(read_file(f.hub.cache() / "refs/main"), f.hub.commit);
  expect_error_parts(ErrorKind::file, {"hf-hub:owner/net@v2", "no revision \"v2\""},
                     [&] { f.fetch("hf-hub:owner/net@v2"); });
}

TEST(HubFetch, TheTokenGoesToTheHubOnly) {
  HubFetch f;
  f.hub.token = "hf_secret";
  {
    const Variables token{{{"HF_TOKEN", " hf_secret\n"}}};
    f.fetch();
  }
  EXPECT_EQ(authorizations(f.hub.hub()), (Words{"Bearer hf_secret", "Bearer hf_secret"}));
  EXPECT_EQ(authorizations(f.hub.storage()), Words{""});
}

TEST(HubFetch, TheTokenMayBeInAFile) {
  HubFetch f;
  f.hub.token = "hf_stored";
  HubFetch::write_tree(f.hub.home / ".cache/huggingface/token", "hf_stored\n");
  EXPECT_TRUE(read_file(f.fetch()) == f.body);
  fs::remove_all(f.hub.cache());
  const Variables none{{{"HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}}};
  expect_error(ErrorKind::file, "set HF_TOKEN", [&] { f.fetch(); });
  const Variables broken{{{"HF_HUB_DISABLE_IMPLICIT_TOKEN", {}}, {"HF_TOKEN", "two words"}}};
  expect_error(ErrorKind::usage, "HF_TOKEN: must be one word", [&] { f.fetch(); });
}

TEST(HubFetch, ACutConnectionGoesOnWhereItEnded) {
  const HubFetch f({}, [](const Asked&, size_t number, Answer& answer) {
    if (number < 2) answer.cut_after = 100'000;
  });
  EXPECT_TRUE(read_file(f.fetch()) == f.body);
  EXPECT_EQ(ranges(f.hub.storage()), (Words{"", "bytes=100000-", "bytes=200000-"}));
}

TEST(HubFetch, AnIncompleteFileOfAnEarlierProcessGoesOn) {
  const HubFetch f;
  HubFetch::write_tree(f.blob().string() + ".incomplete", f.body.substr(0, 12'345));
  EXPECT_TRUE(read_file(f.fetch()) == f.body);
  EXPECT_EQ(ranges(f.hub.storage()), Words{"bytes=12345-"});
}

TEST(HubFetch, ABusyHubIsAskedAgain) {
  const HubFetch f([](const Asked&, size_t number, Answer& answer) {
    if (number < 2) answer = {.status = number == 0 ? 429 : 503, .body = "busy"};
  });
  EXPECT_TRUE(read_file(f.fetch()) == f.body);
}

TEST(HubFetch, ARepositoryThatWasRenamedIsFollowed) {
  const HubFetch f([](const Asked& asked, size_t, Answer& answer) {
    if (asked.path.starts_with("/old/net/"))
      answer = {.status = 307, .headers = {"Location: /owner/net" + asked.path.substr(8)}};
  });
  const auto path = f.fetch("hf-hub:old/net");
  EXPECT_TRUE(read_file(path) == f.body);
  EXPECT_NE(path.string().find("models--old--net"), std::string::npos);
}

TEST(HubFetch, AMirrorThatRedirectsToTheHubGetsTheTokenAlone) {
  HubFetch f;
  const Server mirror([&](const Asked& asked, size_t) {
    return Answer{.status = 302, .headers = {"Location: " + f.hub.hub().url(asked.path)}};
  });
  const Variables variables{{{"HF_ENDPOINT", mirror.url() + "/"}, {"HF_TOKEN", "hf_secret"}}};
  EXPECT_TRUE(read_file(f.fetch()) == f.body);
  EXPECT_EQ(mirror.asked()[0].authorization, "Bearer hf_secret");
  for (const auto* server : {&f.hub.hub(), &f.hub.storage()})
    for (const auto& word : authorizations(*server)) EXPECT_EQ(word, "");
}

TEST(HubFetch, PicklesAreTakenIfThereIsNothingElse) {
  HubFetch f;
  f.hub.files = {{"pytorch_model.bin", f.body}};
  EXPECT_EQ(f.fetch().filename(), "pytorch_model.bin");
  const auto requests = f.hub.hub().asked().size();
  EXPECT_EQ(f.fetch().filename(), "pytorch_model.bin");
  EXPECT_EQ(f.hub.hub().asked().size(), requests);
  EXPECT_TRUE(fs::exists(f.hub.cache() / ".no_exist" / f.hub.commit / kWeights));
}

TEST(HubFetch, ShardsComeByTheirIndex) {
  HubFetch f;
  const std::string index = R"({"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}})";
  f.hub.files = {{"model.safetensors.index.json", index}, {"model-1.safetensors", "one"}};
  expect_error_parts(ErrorKind::file, {"hf-hub:owner/net", "model-2.safetensors", "not in the repository"},
                     [&] { f.fetch(); });
  fs::remove_all(f.hub.cache() / ".no_exist");
  f.hub.files["model-2.safetensors"] = "two";
  const auto path = f.fetch();
  EXPECT_EQ(path.filename(), "model.safetensors.index.json");
  EXPECT_EQ(read_file(path.parent_path() / "model-1.safetensors"), "one");
  EXPECT_EQ(read_file(path.parent_path() / "model-2.safetensors"), "two");
}

TEST(HubFetch, AnIndexNamesFilesBesideItOnly) {
  HubFetch f;
  for (const std::string name : {"../x", "a/b", "", "a?b"}) {
    f.hub.files = {{"model.safetensors.index.json", R"({"weight_map": {"a": ")" + name + "\"}}"}};
    expect_error(ErrorKind::file, "not the name of a file beside it", [&] { f.fetch(); });
    fs::remove_all(f.hub.cache());
  }
}

TEST(HubFetch, AnySequenceOfFaultsEndsWithTheContent) {
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    auto state = seed;
    const auto spoil = [&state](const Asked&, size_t number, Answer& answer) {
      state = state * 1664525u + 1013904223u;
      if (number > 8) return;
      switch (state >> 29) {
        case 0: answer = {.status = 503}; break;
        case 1: answer = {.status = 429}; break;
        case 2: answer.cut_after = 0; break;
        case 3: answer.cut_after = (state >> 8) % 100'000; break;
        case 4: answer.knows_ranges = false; break;
        case 5: answer.says_length = false; break;
        default: break;
      }
    };
    HubFetch f(spoil, spoil);
    f.options.download.tries = 20;
    EXPECT_TRUE(read_file(f.fetch()) == f.body) << "seed " << seed;
    EXPECT_EQ(f.warnings.size(), 0u);
  }
}

TEST(HubFetch, OfTwoProcessesAtOnceOneWaitsForTheOther) {
  const HubFetch f({}, [](const Asked&, size_t, Answer& answer) {
    answer.pause = std::chrono::milliseconds(20);
    answer.piece = 30'000;
  });
  const auto child = ::fork();
  if (child == 0) Downloads::leave_after([&] { f.fetch(); });
  EXPECT_TRUE(read_file(f.fetch()) == f.body);
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(f.hub.storage().asked().size(), 1u);
}
