//! The edge kit: what every service needs to speak HTTP the same way. Problems (RFC 9457), request bodies whose bad
//! fields come back together, paging, access tokens, permission as a value, request ids, and the [`Peer`] client through
//! which one service asks another.

mod access_token;
mod body;
mod caller;
mod edge;
mod etag;
mod fields;
mod idempotency;
mod observe;
mod page;
mod path;
mod peer;
mod permit;
mod problem;
mod rate_limit;

pub use access_token::{AccessToken, KeyRing, PublicKey, PublicKeys, SigningKey};
pub use body::Body;
pub use caller::{Caller, DoorCaller, PeerCaller, SignedIn};
pub use edge::Edge;
pub use etag::{ETagged, IfMatch};
pub use fields::{FieldError, Fields, Given};
pub use idempotency::IdempotencyKey;
pub use observe::{RequestId, observed};
pub use page::{List, PageParams};
pub use path::{Params, Path};
pub use peer::{IDLE_MAX, LocalRouter, Peer, PeerError, Peers, Target};
pub use permit::{
    Action, Admit, GatePass, Holder, Manage, MemberRole, MembersOnly, Permit, Refund, Role, SeeDoor, SeeSales,
};
pub use problem::{Problem, ProblemView};
pub use rate_limit::RateLimit;
