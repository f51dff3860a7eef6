#!/bin/sh
#SBATCH --job-name=fleet
#SBATCH --array=1-16
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH --output=fleet-%a.log
#
# A fleet on Slurm: an array of tasks with a shard each, then the shards are put together.
#
#   job=$(sbatch --parsable slurm.sh)
#   sbatch --dependency=afterok:$job --wrap='sip-failover fleet merge shard-*.json -o fleet.html'
#
# Any batch system that numbers its tasks does as well: tell --shard K/N, K from 1 to N.
exec sip-failover fleet phone.cfg --scenario outage.yaml --phones 100000 --threads 4 \
  --shard "$SLURM_ARRAY_TASK_ID/16" -o "shard-$SLURM_ARRAY_TASK_ID.json"
