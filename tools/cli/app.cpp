#include "app.h"

#include <ATen/Context.h>

#include <algorithm>
#include <csignal>
#include <iostream>

#include "download_line.h"
#include "group_options.h"
#include "option_hint.h"
#include "reszoo/base/device.h"
#include "reszoo/base/duration.h"
#include "reszoo/base/error.h"
#include "reszoo/base/json_text.h"
#include "reszoo/base/memory.h"
#include "reszoo/base/short_waits.h"  // for all tools
#include "reszoo/distributed/launch.h"
#include "reszoo/distributed/process_environment.h"
#include "toml_config.h"

namespace reszoo::cli {
namespace {

/// Fields named in messages of the library, and the options that set them.
constexpr std::pair<std::string_view, std::string_view> kOptionOfField[] = {
    {"on_bad=skip", "--on-bad skip"},
    {"on_bad: ", "--on-bad: "},
    {"folder_layout=classes", "--folder-layout classes"},
    {"folder_layout=splits", "--folder-layout splits"},
    {"folder_layout: ", "--folder-layout: "},
    {"image_root=", "--image-root "},
    {"label_separator: ", "--label-separator: "},
    {"task=multiclass or task=regression", "--task multiclass or --task regression"},
    {"path_column: ", "--image-column: "},
    {"label_column: ", "--target: "},
    {"target: a table", "--target: a table"},
    {"target: the model", "--target: the model"},
    {"balance=weights: ", "--class-weight: "},
    {"balance=draws: ", "--balanced-sampling: "},
    {"threshold: ", "--tune-threshold: "},
    {"keep: ", "--keep: "},
    {"date_format: ", "--date-format: "},
    {"encoding: ", "--encoding: "},
    {"skip_rows leaves out", "--skip-rows leaves out"},
    {"scaling=", "--scaling "},
    {"size: ", "--img-size: "},
    {"explain: ", "--explain: "},
    {"explain_output= must", "--explain-output must"},
    {"background= takes", "--background FILE takes"},
    {"with model", "with --model"},
    {"rendezvous: ", "--rendezvous: "},
    {"rendezvous=", "--rendezvous "},
    {"resume goes on with it, overwrite begins anew", "--resume goes on with it, --overwrite begins anew"}};

/// Replaces field names in a message by option names. A field with a colon is replaced only at the start or after a
/// path, others anywhere.
std::string in_options(std::string message) {
  for (const auto& [field, option] : kOptionOfField) {
    const auto at = message.find(field);
    const bool begins = at == 0 || (at != std::string::npos && at > 1 && message.compare(at - 2, 2, ": ") == 0);
    const bool within = at != std::string::npos && at > 0 && message[at - 1] == ' ' && !field.ends_with(": ");
    if (begins || within) message.replace(at, field.size(), option);
  }
  return message;
}

void add_common(CLI::App& app, Common& common) {
  app.add_option("--device", common.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--threads", common.threads, "Number of threads; 0: all CPUs available to this process")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--seed", common.seed, "Random seed")->capture_default_str();
  app.add_flag("--json", common.json, "Print one JSON object as the last line of stdout")->configurable(false);
  app.set_config("--config", "", "Read options from a TOML file")->check(CLI::ExistingFile);
  app.config_formatter(std::make_shared<TomlConfig>());
}

/// Runs the tool in this process. Returns its exit code.
int run_here(const Tool& tool, Common& common) {
  std::optional<Silence> silence;
  if (!common.is_first()) silence.emplace();
  register_urls();
  auto result = tool.run();
  if (!common.notes.lines().empty()) result["notes"] = common.notes.lines();
  if (common.json) std::cout << json_text(result) << std::endl;
  if (!std::cout.flush()) fail(ErrorKind::file, "stdout: cannot write");
  return 0;
}

/// Says why the tool fails, to the other processes too. The launcher of the group says it for all.
void tell(const std::string& line, const Tool& tool, const Common& common) {
  if (common.group) common.group->report(line);
  if (!common.group || common.place.launcher != kOwnLauncher) std::cerr << tool.name << ": " << line << std::endl;
}

}  // namespace

std::string is_duration(const std::string& text) {
  try {
    parse_duration(text);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

void print_note(const std::string& line) { std::cerr << "note: " << line << "\n"; }

void Notes::say(const std::string& line) {
  if (std::find(lines_.begin(), lines_.end(), line) != lines_.end()) return;
  lines_.push_back(line);
  std::cerr << line << "\n";
}

c10::Device Common::use() const {
  set_num_threads(threads > 0 ? threads : thread_share(place));
  retain_freed_memory();
  return parse_device(device, place.local_rank);
}

int run_tool(int argc, char** argv, Common& common, const Tool& tool) {
  end_with_launcher();
  CLI::App app(tool.description, "reszoo-" + tool.name);
  app.set_version_flag("--version", std::string("reszoo ") + RESZOO_VERSION);
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.failure_message([&](const CLI::App* failed, const CLI::Error& error) {
    return fmt::format("{}: {}; see --help\n", tool.name, usage_message(*failed, error));
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
    if (tool.group) find_place(common, *tool.group);
    if (tool.group && is_launcher(common, *tool.group)) return launch_tool(tool.name, argc, argv, *tool.group);
    return run_here(tool, common);
  } catch (const Exit& exit) {
    return exit.code;
  } catch (const std::exception& error) {
    tell(in_options(message_of(error)), tool, common);
    return 1;
  }
}

}  // namespace reszoo::cli
