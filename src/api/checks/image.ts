import { z } from "zod";
import { objectNameInTemplate, text } from "../fields.ts";

const signature = z
  .object({
    payload: text("The signed document, base64 of its very bytes.", 16384),
    signature: text("Its signature, base64.", 4096),
  })
  .meta({ description: "A signature, as `cosign download signature` prints it in other words." });

export const imageCheck = z
  .object({
    byDigest: z.enum(["spec", "running", "ignore"]).default("spec").meta({
      description:
        "spec: the pod names its images by digest. running: what runs has a digest of a registry, whatever the pod names. ignore: neither is asked.",
    }),
    registries: z.array(text("Registry, or registry and path.", 512)).min(1).max(64).optional().meta({
      description:
        "Allowed registries, such as registry.example.com or registry.example.com/shop; *.example.com stands for one more label. Default: any.",
    }),
    signedBy: z
      .object({
        publicKeys: z
          .array(text("A public key in PEM, as cosign.pub is: ECDSA P-256, RSA or Ed25519.", 8192))
          .min(1)
          .max(8)
          .meta({ description: "Keys, of which one must have signed." }),
        signatures: z.array(signature).max(64).optional().meta({ description: "Signatures." }),
        configMap: objectNameInTemplate(
          "ConfigMap of this namespace whose values are what `cosign download signature` printed, for any number of images.",
        ).optional(),
      })
      .optional()
      .meta({
        description:
          "Every image must be signed by one of the keys. Signatures are given here, nothing is asked of a registry.",
      }),
  })
  .meta({
    description:
      "Security check: the images of the candidate's pods are named by digest, come from allowed registries, and are signed.",
  });
export type ImageCheck = z.output<typeof imageCheck>;
