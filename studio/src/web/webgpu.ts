// ONNX Runtime Web with WebGPU, a file of its own: worker.ts asks for it where there is an adapter alone.
export * from "onnxruntime-web/webgpu";
