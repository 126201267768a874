package process

import "github.com/ppi-engine/ppi/models"

// Names of the delivery of webhooks.
const (
	WorkflowPortalFeed = "PortalFeed"
	// SignalMore tells a feed that there is more to deliver.
	SignalMore      = "more"
	ActivityDeliver = "Deliver"
)

// FeedQueue is the task queue of an installation's deliveries, apart from that of its maintenance.
func FeedQueue(taskQueue string) string { return taskQueue + "/feeds" }

// PortalFeedID is the fixed ID of the workflow that delivers a procurement's events to an endpoint: at most
// one run at a time, so that they arrive in order.
func PortalFeedID(endpoint, procurement models.ID) string {
	return "portal/" + endpoint.UUID() + "/" + procurement.UUID()
}
