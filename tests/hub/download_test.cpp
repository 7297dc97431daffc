// A download is whole and checked, or an error, whatever the server does.
#include "reszoo/hub/download.h"

#include <sys/resource.h>

#include <csignal>
#include <thread>

#include "reszoo/base/safe_file.h"
#include "reszoo/hub/sha256.h"
#include "server.h"
#include "support/support.h"
#include "variables.h"

using namespace reszoo;
using namespace reszoo::test;
using namespace std::chrono_literals;

namespace {

constexpr size_t kSize = 300'000;

std::string content() {
  std::string bytes(kSize, '\0');
  uint32_t state = 1;
  for (auto& byte : bytes) byte = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  return bytes;
}

/// A folder, and downloads of `file` into it.
struct Downloads {
  TempDir folder;
  Variables variables{hub_home(folder.path().string())};
  std::string body = content();
  std::string digest = digest_of(body);
  DownloadOptions options{.wait = 1ms, .stall_time = 1s};

  std::filesystem::path target() const { return folder / "weights-00000000.pth"; }
  std::filesystem::path part() const { return folder / "weights-00000000.pth.part"; }

  std::string digest_of(const std::string& bytes) const {
    write_file(folder / "digested", bytes);
    return sha256_of(folder / "digested").substr(0, 8);
  }
  void get(const Server& server) const { download(server.url("/file"), target(), digest, options); }
  void expect_whole() const {
    EXPECT_TRUE(read_file(target()) == body);
    EXPECT_FALSE(std::filesystem::exists(part()));
  }
  void expect_nothing() const {
    EXPECT_FALSE(std::filesystem::exists(target()));
    EXPECT_FALSE(std::filesystem::exists(part()));
  }
};

std::vector<std::string> ranges(const Server& server) {
  std::vector<std::string> found;
  for (const auto& asked : server.asked()) found.push_back(asked.range);
  return found;
}

using Words = std::vector<std::string>;

}  // namespace

TEST(Download, AGoodFileArrivesWhole) {
  Downloads d;
  std::vector<DownloadProgress> seen;
  d.options.on_progress = [&](const DownloadProgress& p) { seen.push_back(p); };
  const Server server(Answer{.body = d.body});
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(ranges(server), Words{""});
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.front().file, "weights-00000000.pth");
  EXPECT_EQ(seen.front().total, static_cast<int64_t>(kSize));
  EXPECT_EQ(seen.back().done, static_cast<int64_t>(kSize));
}

TEST(Download, ASlowServerIsWaitedFor) {
  Downloads d;
  const Server server(Answer{.body = d.body, .pause = 20ms, .piece = 10'000});  // 30 pieces in 0.6 s
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(server.asked().size(), 1u);
}

TEST(Download, AFileWithoutALengthArrives) {
  Downloads d;
  d.get(Server(Answer{.body = d.body, .says_length = false}));
  d.expect_whole();
}

TEST(Download, AnEmptyFileArrives) {
  Downloads d;
  d.body = "";
  d.digest = d.digest_of("");
  d.get(Server(Answer{}));
  d.expect_whole();
}

TEST(Download, ACutOffGoesOnWhereItEnded) {
  Downloads d;
  const Server server([&](const Asked&, size_t number) {
    return Answer{.body = d.body, .cut_after = number < 2 ? std::optional<size_t>(100'000) : std::nullopt};
  });
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(ranges(server), (Words{"", "bytes=100000-", "bytes=200000-"}));
}

TEST(Download, AServerThatHangsCountsAsCutOff) {
  Downloads d;
  const Server server([&](const Asked&, size_t number) {
    return Answer{.body = d.body, .hang_after = number == 0 ? std::optional<size_t>(100'000) : std::nullopt};
  });
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(ranges(server), (Words{"", "bytes=100000-"}));
}

TEST(Download, CutOffForEverIsGivenUpAndThePartStays) {
  Downloads d;
  const Server server(Answer{.body = d.body, .cut_after = 1000});
  expect_error_parts(ErrorKind::file, {"weights-00000000.pth: cannot be downloaded", server.url("/file"), "put it into",
                                       d.folder.path().string()},
                     [&] { d.get(server); });
  EXPECT_EQ(server.asked().size(), 5u);
  EXPECT_FALSE(std::filesystem::exists(d.target()));
  EXPECT_EQ(std::filesystem::file_size(d.part()), 5000u);
}

TEST(Download, CutOffsThatBringAMebibyteAreNotCounted) {
  Downloads d;
  d.body = std::string(8 << 20, 'x');
  d.digest = d.digest_of(d.body);
  d.options.tries = 2;
  const Server server(Answer{.body = d.body, .cut_after = (1 << 20) + 1, .piece = 1 << 20});
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(server.asked().size(), 8u);
}

TEST(Download, AServerWithoutRangesBeginsAnew) {
  Downloads d;
  const Server server([&](const Asked&, size_t number) {
    return Answer{.body = d.body,
                  .knows_ranges = false,
                  .cut_after = number == 0 ? std::optional<size_t>(100'000) : std::nullopt};
  });
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(ranges(server), (Words{"", "bytes=100000-"}));
}

TEST(Download, APartOfAnEarlierProcessGoesOn) {
  Downloads d;
  write_file(d.part(), d.body.substr(0, 12'345));
  int64_t first = 0;
  d.options.on_progress = [&](const DownloadProgress& p) { first = first ? first : p.done; };
  const Server server(Answer{.body = d.body});
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(ranges(server), Words{"bytes=12345-"});
  EXPECT_GT(first, 12'345);
}

TEST(Download, APartThatIsWholeIsTaken) {
  Downloads d;
  write_file(d.part(), d.body);
  const Server server(Answer{.body = d.body});
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(ranges(server), Words{"bytes=300000-"});  // answered by 416
}

TEST(Download, APartThatIsNoneOfTheFileIsThrownAway) {
  for (const size_t size : {1000u, 400'000u}) {  // one shorter, one longer than the file
    Downloads d;
    write_file(d.part(), std::string(size, '?'));
    const Server server(Answer{.body = d.body});
    d.get(server);
    d.expect_whole();
    EXPECT_EQ(ranges(server), (Words{fmt::format("bytes={}-", size), ""}));
  }
}

TEST(Download, AnotherPartThanWasAskedForIsNotPutIn) {
  Downloads d;
  write_file(d.part(), d.body.substr(0, 1000));
  const Server server(Answer{.status = 206, .body = d.body.substr(500), .headers = {"Content-Range: bytes 500-299999/300000"}});
  expect_error_parts(ErrorKind::file, {"byte 500", "1000 was asked for"}, [&] { d.get(server); });
  EXPECT_FALSE(std::filesystem::exists(d.target()));
}

TEST(Download, AWrongDigestIsNamedAndTheFileRemoved) {
  Downloads d;
  const Server server(Answer{.body = d.body});
  const auto right = std::exchange(d.digest, "0123abcd");
  expect_error_parts(ErrorKind::file, {server.url("/file"), right, "expected 0123abcd", "removed"}, [&] { d.get(server); });
  d.expect_nothing();
  EXPECT_EQ(server.asked().size(), 1u);
}

TEST(Download, AnAnswer404IsFinal) {
  Downloads d;
  const Server server(Answer{.status = 404, .body = "<html>not found</html>"});
  expect_error_parts(ErrorKind::file, {"404", server.url("/file")}, [&] { d.get(server); });
  EXPECT_EQ(server.asked().size(), 1u);
  EXPECT_FALSE(std::filesystem::exists(d.target()));
}

TEST(Download, ABusyServerIsAskedAgain) {
  Downloads d;
  const Server server([&](const Asked&, size_t number) {
    return number < 2 ? Answer{.status = 503, .body = "busy"} : Answer{.body = d.body};
  });
  d.get(server);
  d.expect_whole();
}

TEST(Download, RedirectsAreFollowed) {
  Downloads d;
  const Server server([&](const Asked& asked, size_t) {
    if (asked.path == "/file") return Answer{.status = 302, .body = "moved", .headers = {"Location: /elsewhere"}};
    return Answer{.body = d.body};
  });
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(server.asked().back().path, "/elsewhere");
}

TEST(Download, ARedirectLoopEnds) {
  Downloads d;
  const Server server(Answer{.status = 302, .headers = {"Location: /file"}});
  expect_error_parts(ErrorKind::file, {"redirect", server.url("/file")}, [&] { d.get(server); });
  EXPECT_EQ(server.asked().size(), 11u);
}

TEST(Download, ARedirectOutOfTheWebIsRefused) {
  Downloads d;
  write_file(d.folder / "local", d.body);
  const Server server(
      Answer{.status = 302, .headers = {fmt::format("Location: file://{}", (d.folder / "local").string())}});
  expect_error_parts(ErrorKind::file, {"rotocol", server.url("/file")}, [&] { d.get(server); });
  EXPECT_FALSE(std::filesystem::exists(d.target()));
}

TEST(Download, ComesByHttpsFromAServerThatIsTrusted) {
  Downloads d;
  const Certificate certificate(d.folder / "certificate.pem");
  const Server server(Answer{.body = d.body}, &certificate);
  expect_error_parts(ErrorKind::file, {"certificate", server.url("/file")}, [&] { d.get(server); });
  for (const std::string variable : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const Variables trust{{{variable, (d.folder / "certificate.pem").string()}}};
    d.get(server);
    d.expect_whole();
    std::filesystem::remove(d.target());
  }
}

TEST(Download, ARedirectFromHttpsToHttpIsRefused) {
  Downloads d;
  const Certificate certificate(d.folder / "certificate.pem");
  const Variables trust{{{"CURL_CA_BUNDLE", (d.folder / "certificate.pem").string()}}};
  const Server open(Answer{.body = d.body});
  const Server server(Answer{.status = 302, .headers = {"Location: " + open.url("/file")}}, &certificate);
  expect_error_parts(ErrorKind::file, {"rotocol", server.url("/file")}, [&] { d.get(server); });
  EXPECT_TRUE(open.asked().empty());
  EXPECT_FALSE(std::filesystem::exists(d.target()));
}

TEST(Download, NobodyListeningIsSaidAtOnce) {
  const Downloads d;
  const auto url = refused_url() + "/file";
  expect_error_parts(ErrorKind::file, {"cannot be downloaded", "onnect", "get " + url, "put it into", d.folder.path().string()},
                     [&] { download(url, d.target(), d.digest, d.options); });
}

TEST(Download, AFileThatIsTooLargeIsRefused) {
  for (const bool says_length : {true, false}) {
    Downloads d;
    d.options.largest = 100'000;
    const Server server(Answer{.body = d.body, .says_length = says_length});
    expect_error_parts(ErrorKind::file, {"larger than 100000 bytes"}, [&] { d.get(server); });
    EXPECT_FALSE(std::filesystem::exists(d.target()));
    EXPECT_LE(std::filesystem::file_size(d.part()), 100'000u);
  }
}

TEST(Download, WhatProgressThrowsStopsItAndThePartStays) {
  Downloads d;
  const Server server(Answer{.body = d.body});
  d.options.on_progress = [](const DownloadProgress& p) {
    if (p.done > 100'000) throw std::runtime_error("enough");
  };
  EXPECT_THROW(d.get(server), std::runtime_error);
  const auto done = std::filesystem::file_size(d.part());
  EXPECT_GT(done, 100'000u);
  d.options.on_progress = nullptr;
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(server.asked().back().range, fmt::format("bytes={}-", done));
}

TEST(Download, AFullDiskIsSaidAndThePartStays) {
  Downloads d;
  const Server server(Answer{.body = d.body});
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  auto small = before;
  small.rlim_cur = 100'000;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  expect_error_parts(ErrorKind::file, {".part: cannot be written"}, [&] { d.get(server); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(std::filesystem::file_size(d.part()), 100'000u);
  d.get(server);
  d.expect_whole();
}

TEST(Download, AFolderThatIsNotThereIsNamed) {
  const Downloads d;
  const auto target = d.folder / "missing/file.pth";
  expect_error_parts(ErrorKind::file, {target.string()}, [&] { download(refused_url(), target, d.digest, d.options); });
}

TEST(Download, OfTwoAtOnceOneWaitsForTheOther) {
  Downloads d;
  const Server server(Answer{.body = d.body, .pause = 20ms, .piece = 30'000});
  std::thread other([&] { d.get(server); });
  d.get(server);
  other.join();
  d.expect_whole();
  EXPECT_EQ(server.asked().size(), 1u);
}

TEST(Download, WhenTheFirstOfTwoFailsTheSecondGoesOn) {
  Downloads d;
  const Server server([&](const Asked&, size_t number) {
    return Answer{.body = d.body, .cut_after = number == 0 ? std::optional<size_t>(100'000) : std::nullopt, .pause = 50ms};
  });
  auto first = d.options;
  first.tries = 1;
  std::thread other([&] {
    expect_error(ErrorKind::file, "cannot be downloaded", [&] { download(server.url("/file"), d.target(), d.digest, first); });
  });
  while (server.asked().empty()) std::this_thread::sleep_for(1ms);
  d.get(server);
  other.join();
  d.expect_whole();
  EXPECT_EQ(ranges(server), (Words{"", "bytes=100000-"}));
}

TEST(Sha256, IsThatOfTheStandardsExamples) {
  const TempDir folder;
  write_file(folder / "abc", "abc");
  EXPECT_EQ(sha256_of(folder / "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  write_file(folder / "a", std::string(1'000'000, 'a'));
  EXPECT_EQ(sha256_of(folder / "a"), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  expect_error(ErrorKind::file, "folder", [&] { sha256_of(folder.path()); });
  expect_error(ErrorKind::file, "cannot be opened", [&] { sha256_of(folder / "none"); });
}
