// What the program that started this process says about the processes it started beside it, in environment variables:
// torchrun, mpirun (Open MPI; MPICH and Intel MPI by PMI), srun, Kubeflow's trainer, or somebody by hand.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace ganymede::distributed {

/// This process among those that work together.
struct Place {
  int rank = 0, size = 1;              ///< number `rank` of `size`
  int local_rank = 0, local_size = 1;  ///< the same among those of this machine; 0 of 1 where nobody says it
  std::string host = {};               ///< the store's, by which all find each other; empty for size 1
  int port = 0;
  bool serves_store = false;  ///< this process opens the store there; else it is only a client
  std::string job = {};       ///< what the store's keys begin with: another start of the same job has another
  std::string launcher = {};  ///< "torchrun", "mpirun", "srun", ... for messages

  bool alone() const { return size == 1; }
};

/// The value of an environment variable. An empty one counts as none.
using Variables = std::function<std::optional<std::string>(const char* name)>;

/// Nothing where no variable says that this is one of several processes. A pure function of the variables. What it
/// reads, the first that is there:
/// - TORCHELASTIC_RUN_ID (torchrun): RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR, MASTER_PORT. With
///   TORCHELASTIC_USE_AGENT_STORE=True torchrun serves the store, and process 0 is a client as all others are.
/// - RANK and WORLD_SIZE (PyTorchJob, by hand): as before; they must agree with what mpirun or srun say beside them.
/// - OMPI_COMM_WORLD_RANK, _SIZE, _LOCAL_RANK, _LOCAL_SIZE (Open MPI); PMI_RANK, PMI_SIZE, MPI_LOCALRANKID,
/// MPI_LOCALNRANKS.
/// - SLURM_PROCID, SLURM_STEP_NUM_TASKS or SLURM_NTASKS, SLURM_LOCALID, under srun alone (SLURM_STEP_ID): a batch
/// script
///   has some of them too, and is one process.
/// - PET_NODE_RANK, PET_NNODES (Kubeflow's TrainJob, whose command is the program itself): a process a node.
/// MASTER_ADDR and MASTER_PORT say where the store is. Where they are not there, it is on the first machine of Slurm's
/// list, or on this machine where all processes are; its port follows from the job's number, so that two jobs do not
/// meet. Throws UsageError that names the variables for what is missing, is no number, or contradicts something else.
std::optional<Place> place_in(const Variables& variable);

/// The variables of this process.
Variables environment();

}  // namespace ganymede::distributed
