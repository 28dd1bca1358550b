"""Uploads and results in a bucket that several machines share."""
