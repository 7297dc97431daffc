// What is said if the Hugging Face Hub does not give a file, and that nothing damaged is used.
#include "downloads.h"
#include "fake_hub.h"
#include "reszoo/hub/hf_hub.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

/// A repository whose weights cannot be had.
struct HubFailure {
  FakeHub hub;
  std::vector<std::string> warnings;
  FetchOptions options;

  explicit HubFailure(FakeHub::Change change = {}, FakeHub::Change storage = {})
      : hub(std::move(change), std::move(storage)) {
    hub.files["model.safetensors"] = content();
    options.download.wait = std::chrono::milliseconds(1);
    options.on_warning = [this](const std::string& line) { warnings.push_back(line); };
  }
  fs::path fetch(const std::string& name = "hf-hub:owner/net") const {
    return fetch_hub_weights(parse_hub_name(name), options);
  }
  void expect(const Words& parts, const std::string& name = "hf-hub:owner/net") const {
    expect_error_parts(ErrorKind::file, parts, [&] { fetch(name); });
  }
  fs::path blob() const { return hub.cache() / "blobs" / sha256_text(hub.files.at("model.safetensors")); }
};

}  // namespace

TEST(HubFailure, AGatedRepositorySaysWhatToAccept) {
  HubFailure f;
  f.hub.token = "hf_secret";
  f.expect({"hf-hub:owner/net: is gated", "accept the licence on " + f.hub.hub().url("/owner/net"), "set HF_TOKEN"});
  const Variables other{{{"HF_TOKEN", "hf_other"}}};
  f.expect({"hf-hub:owner/net: is gated", "the account of the token has no access", "accept the licence on"});
}

TEST(HubFailure, AnUnknownRepositoryGetsASuggestion) {
  const HubFailure f;
  f.expect({"hf-hub:timm/resnet50.a1_in1", "no such repository", "private", "HF_TOKEN",
            "did you mean timm/resnet50.a1_in1k?"},
           "hf-hub:timm/resnet50.a1_in1");
}

TEST(HubFailure, ARefusedTokenIsNamed) {
  const HubFailure f([](const Asked&, size_t, Answer& answer) {
    answer = {.status = 401, .body = "", .headers = {"X-Error-Message: Invalid credentials"}};
  });
  const Variables token{{{"HF_TOKEN", "hf_old"}}};
  f.expect({"the server refuses the token (Invalid credentials)", "check HF_TOKEN"});
}

TEST(HubFailure, WeightsThatAreNotThereAreNamedWithTheRevision) {
  HubFailure f;
  f.hub.files = {{"README.json", "{}"}};
  f.expect({"hf-hub:owner/net", "none of model.safetensors", "pytorch_model.bin", "revision main"});
}

TEST(HubFailure, AHubThatStaysBusyIsGivenUp) {
  const HubFailure f([](const Asked&, size_t, Answer& answer) { answer = {.status = 503, .body = "busy"}; });
  f.expect({"the server answers 503", "get " + f.hub.hub().url("/owner/net/resolve/main/model.safetensors"),
            "put it into " + (f.hub.cache() / "snapshots/main").string()});
  EXPECT_EQ(f.hub.hub().asked().size(), 5u);
}

TEST(HubFailure, AWrongContentIsRemoved) {
  const HubFailure f({}, [](const Asked&, size_t, Answer& answer) { answer.body[7] ^= 1; });
  f.expect({"model.safetensors of owner/net", "SHA-256", "expected " + f.blob().filename().string(), "removed"});
  EXPECT_FALSE(fs::exists(f.blob()));
  EXPECT_FALSE(fs::exists(f.blob().string() + ".incomplete"));
  EXPECT_FALSE(fs::exists(f.hub.snapshot() / "model.safetensors"));
}

TEST(HubFailure, AWrongSmallFileIsRemovedToo) {
  HubFailure f([](const Asked& asked, size_t, Answer& answer) {
    if (asked.path.starts_with("/api/") && asked.method == "GET") answer.body = "{\"other\": 1}";
  });
  f.hub.files["config.json"] = "{}";
  expect_error_parts(ErrorKind::file, {"config.json of owner/net", "git SHA-1", git_blob_text("{}")},
                     [&] { find_hub_config(parse_hub_name("hf-hub:owner/net"), f.options); });
}

TEST(HubFailure, ATruncatedContentIsNotTaken) {
  const HubFailure f({}, [](const Asked&, size_t, Answer& answer) { answer.cut_after = 1000; });
  f.expect({"model.safetensors of owner/net: cannot be downloaded", "put it into"});
  EXPECT_FALSE(fs::exists(f.blob()));
  EXPECT_TRUE(fs::exists(f.blob().string() + ".incomplete"));
}

TEST(HubFailure, WhatCannotBeVerifiedIsSaid) {
  const HubFailure f([](const Asked&, size_t, Answer& answer) {
    for (auto& line : answer.headers)
      if (line.starts_with("X-Linked-ETag")) line = "X-Linked-ETag: W/\"some-tag-5\"";
  });
  EXPECT_TRUE(read_file(f.fetch()) == content());
  EXPECT_TRUE(fs::exists(f.hub.cache() / "blobs/some-tag-5"));
  ASSERT_EQ(f.warnings.size(), 1u);
  EXPECT_NE(f.warnings[0].find("is not verified"), std::string::npos) << f.warnings[0];
}

TEST(HubFailure, ATagThatIsNoNameIsRefused) {
  const HubFailure f([](const Asked&, size_t, Answer& answer) {
    for (auto& line : answer.headers)
      if (line.starts_with("X-Linked-ETag") || line.starts_with("ETag")) line = "ETag: \"../../x\"";
  });
  f.expect({"does not answer as the Hugging Face Hub does", "ETag", "HF_ENDPOINT"});
}

TEST(HubFailure, AServerThatIsNoHubIsSaid) {
  const HubFailure f;
  const Server other(Answer{.body = "<html>"});
  const Variables endpoint{{{"HF_ENDPOINT", other.url()}}};
  f.expect({"does not answer as the Hugging Face Hub does", "X-Repo-Commit", "HF_ENDPOINT"});
}

TEST(HubFailure, ADamagedFileOfTheCacheIsToldAndReplaced) {
  const HubFailure f;
  const auto path = f.fetch();
  auto damaged = content();
  damaged[7] ^= 1;
  write_file(f.blob(), damaged);
  {
    const Variables offline{{{"RESZOO_OFFLINE", "1"}}};
    f.expect({"offline", "is not used, its SHA-256 is " + sha256_text(damaged)});
  }
  EXPECT_EQ(f.fetch(), path);
  EXPECT_TRUE(read_file(path) == content());
  ASSERT_EQ(f.warnings.size(), 2u);
  EXPECT_NE(f.warnings[1].find("expected " + sha256_text(content())), std::string::npos) << f.warnings[1];
}

TEST(HubFailure, OfflineSaysWhatToDownloadAndWhereToPutIt) {
  const HubFailure f;
  const auto folder = f.hub.cache() / "snapshots/main";
  const auto url = f.hub.hub().url("/owner/net/resolve/main/");
  for (const auto* variable : {"HF_HUB_OFFLINE", "RESZOO_OFFLINE"}) {
    const Variables offline{{{variable, "1"}}};
    f.expect({"offline", "get " + url + "model.safetensors by other means", "put it into " + folder.string()});
    expect_error_parts(ErrorKind::file,
                       {"get " + url + "config.json and " + url + "model.safetensors", "put them into"},
                       [&] { find_hub_config(parse_hub_name("hf-hub:owner/net"), f.options); });
  }
  EXPECT_TRUE(f.hub.hub().asked().empty());
  fs::create_directories(folder);
  write_file(folder / "model.safetensors", "by hand");
  EXPECT_EQ(read_file(f.fetch()), "by hand");
}

TEST(HubFailure, AnEndpointIsAUrl) {
  const HubFailure f;
  const Variables endpoint{{{"HF_ENDPOINT", "mirror.example"}}};
  expect_error_parts(ErrorKind::usage, {"HF_ENDPOINT: must begin with https://", "mirror.example"}, [&] { f.fetch(); });
}

TEST(HubFailure, ALoopOfRedirectsEnds) {
  const HubFailure f([](const Asked& asked, size_t, Answer& answer) {
    answer = {.status = 307, .headers = {"Location: " + asked.path}};
  });
  f.expect({"more than 10 redirects", "put it into"});
}

TEST(HubFailure, AFolderThatCannotBeMadeIsNamed) {
  const HubFailure f;
  const Variables file{{{"HF_HUB_CACHE", (f.hub.home / "file").string()}}};
  write_file(f.hub.home / "file", "no folder");
  f.expect({(f.hub.home / "file").string(), "cannot make the folder"});
}

TEST(HubFailure, NobodyListeningIsSaidLikeOffline) {
  const HubFailure f;
  const auto url = refused_url();
  const Variables nobody{{{"HF_ENDPOINT", url}}};
  f.expect({"cannot be downloaded", "onnect", "get " + url + "/owner/net/resolve/main/model.safetensors"});
}
