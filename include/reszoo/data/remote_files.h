/// Files of object stores.
#pragma once

namespace reszoo {

/// Lets everything that reads a file by its path (weights, model files, images) read those of object stores: `s3://`,
/// `gs://`, `abfs://` and `hdfs://`, by `local_file`. Tables are read from stores without it, by the ranges that are
/// needed.
///
/// Keys, regions and endpoints are those of each store's own tools:
///
/// | URL | what is read |
/// |---|---|
/// | `s3://bucket/key` | `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_PROFILE`, `~/.aws`, `AWS_REGION`,
/// `AWS_ENDPOINT_URL`, roles of the machine; or `?region=`, `?endpoint_override=host:port&scheme=http` | |
/// `gs://bucket/key` | `GOOGLE_APPLICATION_CREDENTIALS`, gcloud's own; `gs://anonymous@bucket/key` for public files |
/// | `abfs://container@account.dfs.core.windows.net/key` | `AZURE_CLIENT_ID` and the like, the `az` tool |
/// | `hdfs://host:port/path` | `HADOOP_HOME`, `JAVA_HOME`, `CLASSPATH` of an installed Hadoop |
void register_remote_files();

}  // namespace reszoo
