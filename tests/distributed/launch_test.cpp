// What launchers put into the environment, taken from real ones, and what is made of it.
#include "ganymede/distributed/launch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "ganymede/core/error.h"
#include "ganymede/distributed/host_list.h"

namespace ganymede::distributed {
namespace {

using testing::HasSubstr;
using Environment = std::map<std::string, std::string>;

std::optional<Place> place_of(const Environment& variables) {
  return place_in([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

struct Case {
  const char* name;
  Environment variables;
  Place place;
};

void expect(const Case& c) {
  SCOPED_TRACE(c.name);
  const auto place = place_of(c.variables);
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->rank, c.place.rank);
  EXPECT_EQ(place->size, c.place.size);
  EXPECT_EQ(place->local_rank, c.place.local_rank);
  EXPECT_EQ(place->local_size, c.place.local_size);
  EXPECT_EQ(place->host, c.place.host);
  EXPECT_EQ(place->port, c.place.port);
  EXPECT_EQ(place->serves_store, c.place.serves_store);
  EXPECT_EQ(place->job, c.place.job);
  EXPECT_EQ(place->launcher, c.place.launcher);
}

/// torchrun --nnodes 1 --nproc-per-node 2 (static rendezvous); process 1.
const Environment kStatic{{"RANK", "1"},
                          {"WORLD_SIZE", "2"},
                          {"LOCAL_RANK", "1"},
                          {"LOCAL_WORLD_SIZE", "2"},
                          {"GROUP_RANK", "0"},
                          {"GROUP_WORLD_SIZE", "1"},
                          {"ROLE_RANK", "1"},
                          {"ROLE_NAME", "default"},
                          {"ROLE_WORLD_SIZE", "2"},
                          {"MASTER_ADDR", "127.0.0.1"},
                          {"MASTER_PORT", "29500"},
                          {"TORCHELASTIC_RESTART_COUNT", "0"},
                          {"TORCHELASTIC_MAX_RESTARTS", "0"},
                          {"TORCHELASTIC_RUN_ID", "none"},
                          {"TORCHELASTIC_USE_AGENT_STORE", "False"},
                          {"OMP_NUM_THREADS", "1"}};

Environment with(Environment base, const Environment& more) {
  for (const auto& [name, value] : more) base[name] = value;
  return base;
}

Environment without(Environment base, std::initializer_list<const char*> names) {
  for (const char* name : names) base.erase(name);
  return base;
}

/// mpirun -np 2 of Open MPI 4.1 on one machine; process 1.
const Environment kMpi{{"OMPI_COMM_WORLD_RANK", "1"},
                       {"OMPI_COMM_WORLD_SIZE", "2"},
                       {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                       {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                       {"OMPI_COMM_WORLD_NODE_RANK", "1"},
                       {"OMPI_UNIVERSE_SIZE", "2"},
                       {"PMIX_NAMESPACE", "3094282241"},
                       {"PMIX_RANK", "1"},
                       {"OMPI_MCA_ess_base_jobid", "3094282241"}};

/// srun in a job of three nodes with 2, 2 and 1 tasks; process 4.
const Environment kSlurm{{"SLURM_JOB_ID", "1234"},
                         {"SLURM_STEP_ID", "0"},
                         {"SLURM_PROCID", "4"},
                         {"SLURM_NTASKS", "5"},
                         {"SLURM_STEP_NUM_TASKS", "5"},
                         {"SLURM_LOCALID", "0"},
                         {"SLURM_NODEID", "2"},
                         {"SLURM_STEP_TASKS_PER_NODE", "2(x2),1"},
                         {"SLURM_NODELIST", "tux[08-09,12]"},
                         {"SLURM_STEP_NODELIST", "tux[08-09,12]"}};

/// srun -n 2 of Slurm 22.05 on one machine, outside a batch script; process 1.
const Environment kSlurmHere{{"SLURM_JOB_ID", "1"},
                             {"SLURM_JOBID", "1"},
                             {"SLURM_STEP_ID", "0"},
                             {"SLURM_STEPID", "0"},
                             {"SLURM_PROCID", "1"},
                             {"SLURM_LOCALID", "1"},
                             {"SLURM_NODEID", "0"},
                             {"SLURM_NTASKS", "2"},
                             {"SLURM_STEP_NUM_TASKS", "2"},
                             {"SLURM_STEP_NUM_NODES", "1"},
                             {"SLURM_NODELIST", "vm"},
                             {"SLURM_JOB_NODELIST", "vm"},
                             {"SLURM_STEP_NODELIST", "vm"},
                             {"SLURM_TASKS_PER_NODE", "2"},
                             {"SLURM_STEP_LAUNCHER_PORT", "39009"},
                             {"SLURM_STEP_TASKS_PER_NODE", "2"}};

/// sbatch -n 2 of the same: its script.
const Environment kBatchScript{{"SLURM_JOB_ID", "2"}, {"SLURM_JOB_NODELIST", "vm"}, {"SLURM_LOCALID", "0"},
                               {"SLURM_NODEID", "0"}, {"SLURM_NODELIST", "vm"},     {"SLURM_NTASKS", "2"},
                               {"SLURM_PROCID", "0"}, {"SLURM_TASKS_PER_NODE", "2"}};

/// A pod of Kubeflow's TrainJob (trainer v2) whose command is not torchrun; node 1 of 2.
const Environment kTrainJob{{"PET_NNODES", "2"},
                            {"PET_NPROC_PER_NODE", "1"},
                            {"PET_NODE_RANK", "1"},
                            {"PET_MASTER_ADDR", "train-node-0-0.train"},
                            {"PET_MASTER_PORT", "29400"}};

TEST(Launch, NothingIsTouchedWithoutItsVariables) {
  EXPECT_FALSE(place_of({}));
  EXPECT_FALSE(place_of({{"PATH", "/bin"}, {"MASTER_ADDR", "left.over"}, {"MASTER_PORT", "29500"}}));
  EXPECT_FALSE(place_of({{"RANK", ""}, {"WORLD_SIZE", ""}})) << "Kubernetes writes empty ones";
  // A batch script of Slurm and a shell of salloc are one process, however many tasks the job has.
  EXPECT_FALSE(place_of(kBatchScript));
  EXPECT_FALSE(place_of({{"SLURM_JOB_ID", "7"}, {"SLURM_NTASKS", "4"}, {"SLURM_NODELIST", "a"}}));
}

TEST(Launch, Torchrun) {
  expect({"static, process 1", kStatic, {1, 2, 1, 2, "127.0.0.1", 29500, false, "none/0", "torchrun"}});
  expect({"static, process 0 opens the store",
          with(kStatic, {{"RANK", "0"}, {"LOCAL_RANK", "0"}}),
          {0, 2, 0, 2, "127.0.0.1", 29500, true, "none/0", "torchrun"}});
  expect({"elastic: torchrun's agent has the store",
          with(kStatic, {{"RANK", "0"},
                         {"LOCAL_RANK", "0"},
                         {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                         {"TORCHELASTIC_RUN_ID", "8f2c"},
                         {"TORCHELASTIC_RESTART_COUNT", "3"},
                         {"MASTER_ADDR", "node1"},
                         {"MASTER_PORT", "41239"}}),
          {0, 2, 0, 2, "node1", 41239, false, "8f2c/3", "torchrun"}});
  // srun starts torchrun on each node: its own numbers are of the agents.
  expect({"under srun",
          with(kStatic, {{"SLURM_STEP_ID", "0"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}}),
          {1, 2, 1, 2, "127.0.0.1", 29500, false, "none/0", "torchrun"}});
  // torchrun in a TrainJob takes its own flags from PET_*, which its children see.
  expect({"in a TrainJob",
          with(with(kTrainJob, {{"PET_NPROC_PER_NODE", "2"}}), kStatic),
          {1, 2, 1, 2, "127.0.0.1", 29500, false, "none/0", "torchrun"}});
}

TEST(Launch, ByHandAndKubeflow) {
  const Environment two{{"RANK", "1"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "10.0.0.1"}, {"MASTER_PORT", "1234"}};
  expect({"by hand", two, {1, 2, 0, 1, "10.0.0.1", 1234, false, "by-hand", "RANK and WORLD_SIZE"}});
  expect({"process 0 of a PyTorchJob",
          {{"RANK", "0"},
           {"WORLD_SIZE", "3"},
           {"MASTER_ADDR", "job-master-0"},
           {"MASTER_PORT", "23456"},
           {"PET_NNODES", "3"},
           {"PET_NPROC_PER_NODE", "1"},
           {"PET_NODE_RANK", "0"},
           {"PYTHONUNBUFFERED", "1"}},
          {0, 3, 0, 1, "job-master-0", 23456, true, "by-hand", "RANK and WORLD_SIZE"}});
  expect({"TrainJob", kTrainJob, {1, 2, 0, 1, "train-node-0-0.train", 29400, false, "by-hand", "TrainJob"}});
  expect({"TrainJob, auto",
          with(kTrainJob, {{"PET_NPROC_PER_NODE", "auto"}, {"PET_NODE_RANK", "0"}}),
          {0, 2, 0, 1, "train-node-0-0.train", 29400, true, "by-hand", "TrainJob"}});
  expect({"one process needs no store",
          {{"RANK", "0"}, {"WORLD_SIZE", "1"}},
          {0, 1, 0, 1, "", 0, false, "", "RANK and WORLD_SIZE"}});
}

TEST(Launch, Mpi) {
  expect({"one machine", kMpi, {1, 2, 1, 2, "127.0.0.1", 14241, false, "3094282241", "mpirun"}});
  expect({"two machines",
          with(kMpi, {{"OMPI_COMM_WORLD_LOCAL_RANK", "0"},
                      {"OMPI_COMM_WORLD_LOCAL_SIZE", "1"},
                      {"MASTER_ADDR", "node1"},
                      {"MASTER_PORT", "29500"}}),
          {1, 2, 0, 1, "node1", 29500, false, "3094282241", "mpirun"}});
  expect({"in a Slurm job: orted's own task is another thing",
          with(kMpi, {{"SLURM_JOB_ID", "9"},
                      {"SLURM_STEP_ID", "0"},
                      {"SLURM_PROCID", "0"},
                      {"SLURM_NTASKS", "1"},
                      {"SLURM_NODELIST", "n[3-4]"}}),
          {1, 2, 1, 2, "n3", 14241, false, "3094282241", "mpirun"}});
  expect({"a job with a name",
          with(kMpi, {{"PMIX_NAMESPACE", "prterun-host-77@1"}, {"MASTER_PORT", "15000"}}),
          {1, 2, 1, 2, "127.0.0.1", 15000, false, "prterun-host-77@1", "mpirun"}});
  expect({"MPICH",
          {{"PMI_RANK", "0"},
           {"PMI_SIZE", "2"},
           {"MPI_LOCALRANKID", "0"},
           {"MPI_LOCALNRANKS", "2"},
           {"MASTER_PORT", "29501"}},
          {0, 2, 0, 2, "127.0.0.1", 29501, true, "by-hand", "mpiexec"}});
}

TEST(Launch, Slurm) {
  expect({"srun on one machine", kSlurmHere, {1, 2, 1, 2, "vm", 12001, false, "1.0", "srun"}});
  expect({"srun", kSlurm, {4, 5, 0, 1, "tux08", 13234, false, "1234.0", "srun"}});
  expect({"process 0 of the next job",
          with(kSlurm, {{"SLURM_JOB_ID", "1235"}, {"SLURM_PROCID", "0"}, {"SLURM_NODEID", "0"}}),
          {0, 5, 0, 2, "tux08", 13235, true, "1235.0", "srun"}});
  expect({"an older srun",
          without(kSlurm, {"SLURM_STEP_NUM_TASKS", "SLURM_STEP_NODELIST"}),
          {4, 5, 0, 1, "tux08", 13234, false, "1234.0", "srun"}});
  expect({"another place",
          with(kSlurm, {{"MASTER_ADDR", "ib-tux08"}, {"MASTER_PORT", "29500"}, {"WORLD_SIZE", "5"}}),
          {4, 5, 0, 1, "ib-tux08", 29500, false, "1234.0", "srun"}});
  // Steps of one job and jobs that follow each other meet at different ports.
  const auto port = [](const char* job, const char* step) {
    return place_of(with(kSlurm, {{"SLURM_JOB_ID", job}, {"SLURM_STEP_ID", step}}))->port;
  };
  EXPECT_NE(port("1234", "0"), port("1234", "1"));
  EXPECT_NE(port("1234", "1"), port("1235", "0"));
}

TEST(Launch, RefusesContradictionsByName) {
  const auto error_of = [](const Environment& variables) -> std::string {
    try {
      place_of(variables);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "nothing was refused";
  };
  EXPECT_THAT(error_of({{"RANK", "0"}}), HasSubstr("RANK is set, but not WORLD_SIZE"));
  EXPECT_THAT(error_of({{"WORLD_SIZE", "2"}}), HasSubstr("WORLD_SIZE is set, but not RANK"));
  EXPECT_THAT(error_of(with(kStatic, {{"RANK", "2"}})), HasSubstr("RANK=2 contradicts WORLD_SIZE=2"));
  EXPECT_THAT(error_of(with(kStatic, {{"RANK", "one"}})), HasSubstr("RANK=one is not a whole number"));
  EXPECT_THAT(error_of(with(kStatic, {{"LOCAL_RANK", "2"}})), HasSubstr("LOCAL_RANK=2 contradicts LOCAL_WORLD_SIZE=2"));
  EXPECT_THAT(error_of(with(kStatic, {{"MASTER_PORT", "70000"}})), HasSubstr("MASTER_PORT=70000"));
  EXPECT_THAT(error_of(without(kStatic, {"MASTER_ADDR"})), HasSubstr("MASTER_ADDR"));
  EXPECT_THAT(error_of(without(kStatic, {"MASTER_PORT"})), HasSubstr("MASTER_PORT"));
  EXPECT_THAT(error_of(without(kStatic, {"RANK"})), HasSubstr("TORCHELASTIC_RUN_ID is set, but not RANK"));
  EXPECT_THAT(error_of(with(kMpi, {{"WORLD_SIZE", "4"}, {"RANK", "1"}})),
              HasSubstr("WORLD_SIZE=4 contradicts OMPI_COMM_WORLD_SIZE=2 of mpirun"));
  EXPECT_THAT(error_of(with(kMpi, {{"WORLD_SIZE", "2"}, {"RANK", "0"}})),
              HasSubstr("RANK=0 contradicts OMPI_COMM_WORLD_RANK=1"));
  EXPECT_THAT(error_of(with(kSlurm, {{"WORLD_SIZE", "4"}})), HasSubstr("contradicts SLURM_STEP_NUM_TASKS=5 of srun"));
  EXPECT_THAT(error_of(with(kMpi, {{"OMPI_COMM_WORLD_LOCAL_RANK", "0"}, {"OMPI_COMM_WORLD_LOCAL_SIZE", "1"}})),
              HasSubstr("MASTER_ADDR"));
  EXPECT_THAT(error_of(with(kSlurm, {{"SLURM_STEP_NODELIST", "tux[8"}})), HasSubstr("SLURM_STEP_NODELIST=tux[8"));
  EXPECT_THAT(error_of(with(kTrainJob, {{"PET_NPROC_PER_NODE", "4"}})), HasSubstr("PET_NPROC_PER_NODE=4"));
  EXPECT_THAT(error_of(with(kTrainJob, {{"PET_NNODES", "1:4"}})), HasSubstr("PET_NNODES=1:4"));
}

TEST(Launch, ListsOfSlurm) {
  EXPECT_EQ(first_host("tux08"), "tux08");
  EXPECT_EQ(first_host("a,b,c"), "a");
  EXPECT_EQ(first_host("tux[08-12,20],login1"), "tux08");
  EXPECT_EQ(first_host("gpu-[3,5]"), "gpu-3");
  EXPECT_EQ(first_host("rack[0-1]node[3-4].cluster"), "rack0node3.cluster");
  for (const char* bad : {"", ",a", "tux[", "tux]", "tux[]", "tux[x-y]"}) EXPECT_FALSE(first_host(bad)) << bad;
  EXPECT_EQ(tasks_of_node("4", 0), 4);
  EXPECT_EQ(tasks_of_node("4(x2),3", 1), 4);
  EXPECT_EQ(tasks_of_node("4(x2),3", 2), 3);
  for (const char* bad : {"4(x2),3", "", "four"}) EXPECT_FALSE(tasks_of_node(bad, 3)) << bad;
}

}  // namespace
}  // namespace ganymede::distributed
