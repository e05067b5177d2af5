#include "ganymede/distributed/launch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/random.h"
#include "ganymede/distributed/host_list.h"

namespace ganymede::distributed {
namespace {

constexpr const char* kWhere = "the environment";
constexpr int kMaxProcesses = 1 << 20;

[[noreturn]] void refuse(const std::string& what, const std::string& hint) {
  throw UsageError(what, kWhere, hint);
}

/// What one launcher calls its numbers; null for one that it does not give.
struct Names {
  const char *launcher, *rank, *size, *local_rank, *local_size;
};
constexpr Names kTorchrun{"torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"};
constexpr Names kByHand{"RANK and WORLD_SIZE", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"};
constexpr Names kOpenMpi{"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
                         "OMPI_COMM_WORLD_LOCAL_SIZE"};
constexpr Names kPmi{"mpiexec", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"};
constexpr Names kSlurmStep{"srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", nullptr};
constexpr Names kSlurm{"srun", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", nullptr};
constexpr Names kTrainJob{"TrainJob", "PET_NODE_RANK", "PET_NNODES", nullptr, nullptr};

class Reader {
 public:
  explicit Reader(const Variables& variable) : variable_(variable) {}

  std::optional<std::string> text(const char* name) const {
    auto value = name == nullptr ? std::nullopt : variable_(name);
    return value && value->empty() ? std::nullopt : value;
  }
  bool has(const char* name) const { return text(name).has_value(); }
  /// A whole number from `least` to `most`.
  std::optional<int> number(const char* name, int least, int most) const {
    const auto value = text(name);
    if (!value) return std::nullopt;
    int out = 0;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), out);
    if (error != std::errc() || end != value->data() + value->size() || out < least || out > most)
      refuse(fmt::format("{}={} is not a whole number from {} to {}", name, *value, least, most),
             "unset it, or let the launcher set it");
    return out;
  }
  int needed(const char* name, const char* beside, int least, int most) const {
    if (const auto value = number(name, least, most)) return *value;
    refuse(fmt::format("{} is set, but not {}", beside, name),
           fmt::format("set {} too, or unset {} to train with one process", name, beside));
  }
  std::string setting(const char* name) const { return fmt::format("{}={}", name, text(name).value_or("")); }

 private:
  const Variables& variable_;
};

/// The launcher whose numbers these are, of those that set both rank and size themselves.
const Names* launcher_of(const Reader& r) {
  if (r.has(kOpenMpi.rank) || r.has(kOpenMpi.size)) return &kOpenMpi;
  if (r.has(kPmi.rank) || r.has(kPmi.size)) return &kPmi;
  if (!r.has("SLURM_STEP_ID") || !r.has(kSlurm.rank)) return nullptr;
  return r.has(kSlurmStep.size) ? &kSlurmStep : &kSlurm;
}

/// RANK and WORLD_SIZE by hand beside a launcher's own numbers.
void expect_agreement(const Reader& r, const Names& theirs) {
  const auto compare = [&](const char* own, const char* other) {
    const auto a = r.number(own, 0, kMaxProcesses), b = r.number(other, 0, kMaxProcesses);
    if (a && b && *a != *b)
      refuse(fmt::format("{} contradicts {} of {}", r.setting(own), r.setting(other), theirs.launcher),
             fmt::format("unset {}: {} says it all", own, theirs.launcher));
  };
  compare(kByHand.size, theirs.size);
  compare(kByHand.rank, theirs.rank);
}

/// The number of this job, where its launcher gives it one: as text, and the same in all its processes.
std::string job_number(const Reader& r, const Names& names) {
  std::string job;
  if (&names == &kOpenMpi) job = r.text("PMIX_NAMESPACE").value_or(r.text("OMPI_MCA_ess_base_jobid").value_or(""));
  if (job.empty() && r.has("SLURM_JOB_ID")) job = *r.text("SLURM_JOB_ID") + "." + r.text("SLURM_STEP_ID").value_or("0");
  return job;
}

/// A port that follows from a job's number: jobs whose numbers follow each other have different ones. Below those that
/// systems give to clients.
int port_of_job(const std::string& job) {
  constexpr std::uint64_t kFirst = 12000, kPorts = 20000, kStepsApart = 7919;  // a prime: steps do not meet jobs nearby
  std::uint64_t number = 0, step = 0;
  const char* const end = job.data() + job.size();
  auto read = std::from_chars(job.data(), end, number);
  if (read.ec == std::errc() && read.ptr != end && *read.ptr == '.') read = std::from_chars(read.ptr + 1, end, step);
  if (read.ec != std::errc() || read.ptr != end) number = stream_base(0, job), step = 0;  // a text
  return static_cast<int>(kFirst + (number % kPorts + step % kPorts * kStepsApart) % kPorts);
}

std::optional<std::string> first_of_slurm(const Reader& r) {
  for (const char* name : {"SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", "SLURM_NODELIST"}) {
    const auto list = r.text(name);
    if (!list) continue;
    if (auto host = first_host(*list)) return host;
    refuse(fmt::format("{} is not a list of hosts", r.setting(name)), "set MASTER_ADDR to the host of process 0");
  }
  return std::nullopt;
}

void find_store(const Reader& r, const Names& names, Place& place) {
  const bool own = &names == &kTorchrun || &names == &kByHand || &names == &kTrainJob;
  const auto of = [&](const char* name, const char* of_train_job) {
    auto value = &names == &kTrainJob ? r.text(of_train_job) : std::nullopt;
    return value ? value : r.text(name);
  };
  const std::string job = job_number(r, names);
  auto host = of("MASTER_ADDR", "PET_MASTER_ADDR");
  if (!host && !own) host = first_of_slurm(r);
  if (!host && !own && place.local_size == place.size) host = "127.0.0.1";
  if (!host)
    refuse(fmt::format("{} of {}, but nothing says where process 0 is", place.launcher,
                       counted(place.size, "process", "processes")),
           "set MASTER_ADDR to its host");
  place.host = *host;
  const char* const port = &names == &kTrainJob && r.has("PET_MASTER_PORT") ? "PET_MASTER_PORT" : "MASTER_PORT";
  if (const auto given = r.number(port, 1, 65535)) {
    place.port = *given;
  } else if (!own && !job.empty()) {
    place.port = port_of_job(job);
  } else {
    refuse(fmt::format("{} of {}, but nothing says where they meet", place.launcher,
                       counted(place.size, "process", "processes")),
           "set MASTER_PORT to a free port of process 0's host");
  }
  place.serves_store = place.rank == 0;
  place.job = job.empty() ? "by-hand" : job;
}

void find_local(const Reader& r, const Names& names, Place& place) {
  if (const auto size = r.number(names.local_size, 1, place.size)) place.local_size = *size;
  if (names.local_size == nullptr && names.local_rank != nullptr) {  // Slurm
    const bool step = r.has("SLURM_STEP_TASKS_PER_NODE");
    const auto tasks = r.text(step ? "SLURM_STEP_TASKS_PER_NODE" : "SLURM_TASKS_PER_NODE");
    const auto node = r.number("SLURM_NODEID", 0, kMaxProcesses);
    if (tasks && node) place.local_size = tasks_of_node(*tasks, *node).value_or(1);
  }
  const auto local = r.number(names.local_rank, 0, kMaxProcesses);
  if (!local) return;
  place.local_rank = *local;
  if (r.has(names.local_size) && place.local_rank >= place.local_size)
    refuse(fmt::format("{} contradicts {}", r.setting(names.local_rank), r.setting(names.local_size)),
           "numbers count from 0");
  place.local_size = std::max(place.local_size, place.local_rank + 1);
}

Place place_of(const Reader& r, const Names& names) {
  Place place;
  place.launcher = names.launcher;
  place.size = r.needed(names.size, names.rank, 1, kMaxProcesses);
  place.rank = r.needed(names.rank, names.size, 0, kMaxProcesses);
  if (place.rank >= place.size)
    refuse(fmt::format("{} contradicts {}", r.setting(names.rank), r.setting(names.size)), "ranks count from 0");
  find_local(r, names, place);
  if (!place.alone()) find_store(r, names, place);
  return place;
}

/// Where torchrun is to start several processes, they are not there without it.
void expect_one_a_node(const Reader& r) {
  const auto value = r.text("PET_NPROC_PER_NODE");
  if (!value || *value == "auto" || *value == "cpu" || *value == "gpu") return;
  if (*r.number("PET_NPROC_PER_NODE", 1, kMaxProcesses) > 1)
    refuse(fmt::format("{} wants several processes, and this is one", r.setting("PET_NPROC_PER_NODE")),
           "start it as: torchrun --no-python ganymede train ...");
}

}  // namespace

std::optional<Place> place_in(const Variables& variable) {
  const Reader r(variable);
  if (r.has("TORCHELASTIC_RUN_ID")) {
    r.needed(kTorchrun.rank, "TORCHELASTIC_RUN_ID", 0, kMaxProcesses);
    Place place = place_of(r, kTorchrun);
    const auto agent = r.text("TORCHELASTIC_USE_AGENT_STORE").value_or("False");
    if (agent == "True" || agent == "true" || agent == "1") place.serves_store = false;
    // The agent's store outlives the processes that it starts again.
    place.job = *r.text("TORCHELASTIC_RUN_ID") + "/" + r.text("TORCHELASTIC_RESTART_COUNT").value_or("0");
    return place;
  }
  const Names* const launcher = launcher_of(r);
  if (launcher != nullptr) expect_agreement(r, *launcher);
  if (r.has(kByHand.rank) && (r.has(kByHand.size) || launcher == nullptr)) {
    expect_one_a_node(r);
    return place_of(r, kByHand);
  }
  if (launcher != nullptr) return place_of(r, *launcher);
  if (r.has(kByHand.size)) return place_of(r, kByHand);  // which says what is missing
  if (!r.has(kTrainJob.rank)) return std::nullopt;
  expect_one_a_node(r);
  return place_of(r, kTrainJob);
}

Variables environment() {
  return [](const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

}  // namespace ganymede::distributed
