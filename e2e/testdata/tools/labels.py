"""Prints a project as tools see it that know Docker Compose by its labels."""
import sys

import docker

PREFIX = "com.docker.compose."
engine = docker.from_env()
chosen = {"label": PREFIX + "project=" + sys.argv[1]}

for container in sorted(engine.containers.list(all=True, filters=chosen), key=lambda c: c.name):
    label = {key[len(PREFIX):]: value for key, value in container.labels.items() if key.startswith(PREFIX)}
    after = sorted(one.split(":")[0] for one in label["depends_on"].split(",") if one)
    print(label["service"], label["container-number"], "one-off" if label["oneoff"] == "True" else "service",
          container.status, "after", after, label["project.config_files"].split("/")[-1],
          label["version"], len(label["config-hash"]), label["image"] == container.image.id)
for network in engine.networks.list(filters=chosen):
    print("network", network.attrs["Labels"][PREFIX + "network"])
for volume in engine.volumes.list(filters=chosen):
    print("volume", volume.attrs["Labels"][PREFIX + "volume"])
