/** Arguments of the controller manager: autoscalers go up and down again within the seconds that a release of a test takes. */
export const SCALER_PACE = {
  "horizontal-pod-autoscaler-sync-period": "1s",
  "horizontal-pod-autoscaler-downscale-stabilization": "1s",
} as const;
