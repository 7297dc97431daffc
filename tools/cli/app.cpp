#include "app.h"

#include <ATen/Context.h>

#include <csignal>
#include <iostream>

#include "reszoo/base/device.h"
#include "reszoo/base/error.h"
#include "reszoo/base/memory.h"

namespace reszoo::cli {
namespace {

void add_common(CLI::App& app, Common& common) {
  app.add_option("--device", common.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--threads", common.threads, "Threads; 0 is all CPUs that this process may use")
      ->check(CLI::NonNegativeNumber)->capture_default_str();
  app.add_option("--seed", common.seed, "Seed of all random choices")->capture_default_str();
  app.add_flag("--json", common.json, "Print one JSON object as the last line of stdout")->configurable(false);
  app.set_config("--config", "", "Read options from a TOML file")->check(CLI::ExistingFile);
}

}  // namespace

c10::Device Common::use() const {
  use_threads(threads);
  keep_freed_memory();
  return parse_device(device);
}

int run_tool(int argc, char** argv, Common& common, const Tool& tool) {
  CLI::App app(tool.description, "reszoo-" + tool.name);
  app.set_version_flag("--version", std::string("reszoo ") + RESZOO_VERSION);
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.failure_message([&](const CLI::App*, const CLI::Error& error) {
    return fmt::format("{}: {}; see --help\n", tool.name, message_of(error));
  });
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk
  add_common(app, common);
  tool.define(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    const auto result = tool.run();
    if (common.json) std::cout << result.dump() << std::endl;
    if (!std::cout.flush()) fail(ErrorKind::file, "stdout: cannot write");
    return 0;
  } catch (const Exit& exit) {
    return exit.code;
  } catch (const std::exception& error) {
    std::cerr << tool.name << ": " << message_of(error) << std::endl;
    return 1;
  }
}

}  // namespace reszoo::cli
