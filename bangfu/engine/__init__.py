"""Facts at scale, without Django: files, Arrow and Parquet in; findings out."""
