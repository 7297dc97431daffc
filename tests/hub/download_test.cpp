// A download is complete, also after redirects and interruptions.
#include "reszoo/hub/download.h"

#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "downloads.h"

using namespace reszoo;
using namespace reszoo::test;
using namespace std::chrono_literals;

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

TEST(Download, AServerThatSendsChunksIsAskedForEach) {
  Downloads d;
  d.options.tries = 3;
  const Server server([&](const Asked&, size_t number) {
    const auto from = number * 150'000, to = from + 149'999;
    return Answer{.status = 206,
                  .body = d.body.substr(from, 150'000),
                  .headers = {fmt::format("Content-Range: bytes {}-{}/{}", from, to, kSize)}};
  });
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(ranges(server), (Words{"", "bytes=150000-"}));
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
  EXPECT_EQ(ranges(server), Words{"bytes=300000-"});  // answered with status 416
}

TEST(Download, APartThatIsNoneOfTheFileIsThrownAway) {
  for (const size_t size : {1000u, 400'000u}) {  // one shorter and one longer than the file
    Downloads d;
    write_file(d.part(), std::string(size, '?'));
    const Server server(Answer{.body = d.body});
    d.get(server);
    d.expect_whole();
    EXPECT_EQ(ranges(server), (Words{fmt::format("bytes={}-", size), ""}));
  }
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

TEST(Download, OfTwoProcessesAtOnceOneWaitsForTheOther) {
  Downloads d;
  const Server server(Answer{.body = d.body, .pause = 20ms, .piece = 30'000});
  const auto child = ::fork();
  if (child == 0) Downloads::leave_after([&] { d.get(server); });
  d.get(server);
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  d.expect_whole();
  EXPECT_EQ(server.asked().size(), 1u);
}

TEST(Download, AProcessThatIsKilledLeavesItsPart) {
  Downloads d;
  const Server server([&](const Asked&, size_t number) {
    return Answer{.body = d.body, .hang_after = number == 0 ? std::optional<size_t>(100'000) : std::nullopt};
  });
  const auto child = ::fork();
  if (child == 0) Downloads::leave_after([&] { d.get(server); });
  while (!std::filesystem::exists(d.part()) || std::filesystem::file_size(d.part()) < 100'000)
    std::this_thread::sleep_for(1ms);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  d.get(server);
  d.expect_whole();
  EXPECT_EQ(ranges(server), (Words{"", "bytes=100000-"}));
}

TEST(Download, OfTwoThreadsAtOnceOneWaitsForTheOther) {
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
    return Answer{
        .body = d.body, .cut_after = number == 0 ? std::optional<size_t>(100'000) : std::nullopt, .pause = 50ms};
  });
  auto first = d.options;
  first.tries = 1;
  std::thread other([&] {
    expect_error(ErrorKind::file, "cannot be downloaded",
                 [&] { download(server.url("/file"), d.target(), d.digest, first); });
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
