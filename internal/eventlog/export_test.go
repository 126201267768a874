package eventlog

// What tests of other packages' view need to know.
const PublicAtOnce = publicAtOnce
