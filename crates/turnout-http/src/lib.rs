//! The edge kit: problems, extractors, paging, permission, request ids, the Peer client.
